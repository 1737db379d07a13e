#include "auth/test_accounts.hpp"

namespace wgw::auth {
namespace {

constexpr std::string_view kCobolBcrypt = "$2b$04$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMVni";
constexpr std::string_view k72pBcrypt = "$2b$04$abcdefghijklmnopqrstuuNt.0ah97gHY3F7JC1Z6EXmQc0bQBhIO";
constexpr std::string_view kTaken = "User with that username already signed up! Please sign in if it is yours.";

/// Answers like the user service, but nobody finds a user by name: as at the very moment at which two sign up.
class BlindUsers final : public user::UserApi {
public:
    explicit BlindUsers(user::UserApi& users) : users_(users) {}

    Task<Result<user::User>> create(UserId id, user::NewUser user, Origin) override
    {
        return users_.create(id, std::move(user));
    }
    Task<std::optional<user::User>> find_by_id(UserId id, Origin) override { return users_.find_by_id(id); }
    Task<std::optional<user::User>> find_by_username(std::string, Origin) override { co_return std::nullopt; }
    Task<std::vector<user::User>> find_by_ids(std::vector<UserId> ids, Origin) override
    {
        return users_.find_by_ids(ids);
    }
    Task<user::UserList> find_all(user::Page page) override { return users_.find_all(page); }

private:
    user::UserApi& users_;
};

/// Answers like the user service of the original: it does not know of an id that somebody else has chosen.
class UsersWithIdsOfTheirOwn final : public user::UserApi {
public:
    UsersWithIdsOfTheirOwn(user::UserApi& users, IdSource& ids) : users_(users), ids_(ids) {}

    Task<Result<user::User>> create(UserId, user::NewUser user, Origin) override
    {
        return users_.create(ids_.next(), std::move(user));
    }
    Task<std::optional<user::User>> find_by_id(UserId id, Origin) override { return users_.find_by_id(id); }
    Task<std::optional<user::User>> find_by_username(std::string name, Origin) override
    {
        return users_.find_by_username(std::move(name));
    }
    Task<std::vector<user::User>> find_by_ids(std::vector<UserId> ids, Origin) override
    {
        return users_.find_by_ids(std::move(ids));
    }
    Task<user::UserList> find_all(user::Page page) override { return users_.find_all(page); }

private:
    user::UserApi& users_;
    IdSource& ids_;
};

TEST_F(Accounts, AreMadeBySigningUpAndEnteredBySigningIn)
{
    const auto signed_up = sign_up("grace.hopper");
    ASSERT_TRUE(signed_up.has_value());
    const auto caller = tokens_.check_token(signed_up->access);
    ASSERT_TRUE(caller.has_value());
    EXPECT_EQ(caller->username, "grace.hopper");

    const auto user = await(users_.find_by_id(caller->user_id));
    ASSERT_TRUE(user.has_value());
    EXPECT_EQ(user->first_name, "Grace");
    EXPECT_EQ(user->last_name, "Hopper");
    EXPECT_EQ(user->username, "grace.hopper");

    clock_.advance(std::chrono::seconds(5));
    const auto signed_in = sign_in("grace.hopper");
    ASSERT_TRUE(signed_in.has_value());
    EXPECT_NE(signed_in->access, signed_up->access);
    EXPECT_EQ(tokens_.check_token(signed_in->access)->user_id, caller->user_id);
    EXPECT_EQ(tokens_.check_token(signed_in->refresh).error().text(), "Access token type is invalid!");
}

TEST_F(Accounts, KeepOnlyAHashOfThePassword)
{
    ASSERT_TRUE(sign_up("grace.hopper").has_value());
    ASSERT_EQ(stored_hashes().size(), 1);
    EXPECT_TRUE(stored_hashes()[0].starts_with("$argon2id$"));
}

TEST_F(Accounts, WithANameThatIsTakenAreRefusedAndLeaveNothing)
{
    ASSERT_TRUE(sign_up("grace.hopper").has_value());
    const auto second = sign_up("grace.hopper", "another-password");
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().http_status(), 422);
    EXPECT_EQ(second.error().text(), kTaken);
    EXPECT_EQ(stored_hashes().size(), 1);
    EXPECT_FALSE(sign_in("grace.hopper", "another-password").has_value());
}

TEST_F(Accounts, WhoseUserServiceNamesThemHaveTheirPasswordUnderThatName)
{
    UsersWithIdsOfTheirOwn users(users_, ids_);
    AuthService auth(parts(*process_, users, passwords_));
    const auto pair = await(auth.sign_up({"Grace", {}, "grace.hopper", "cobol1959"}, peer_));
    ASSERT_TRUE(pair.has_value());
    EXPECT_EQ(tokens_.check_token(pair->access)->user_id, await(users_.find_by_username("grace.hopper"))->_id);
    EXPECT_EQ(stored_hashes().size(), 1) << "the one under the id that nobody has is removed again";
    EXPECT_TRUE(sign_in("grace.hopper").has_value());
}

TEST_F(Accounts, OfOneNameMadeAtTheSameMomentAreOne)
{
    BlindUsers blind(users_);
    AuthService auth(parts(*process_, blind, passwords_));
    EXPECT_TRUE(await(auth.sign_up({"Grace", {}, "grace.hopper", "cobol1959"}, peer_)).has_value());
    const auto second = await(auth.sign_up({"Eve", {}, "grace.hopper", "another-password"}, peer_));
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::username_taken);
    EXPECT_EQ(second.error().text(), kTaken);
    EXPECT_EQ(stored_hashes().size(), 1) << "the credential of the second is removed again";
    EXPECT_TRUE(sign_in("grace.hopper").has_value());
}

struct Refusal {
    std::string_view name;
    std::string username;
    std::string password;
    int status;
    std::string_view text;
    std::string_view errors;
};

TEST_F(Accounts, RefuseASignInInTheRecordedWords)
{
    ASSERT_TRUE(sign_up("grace.hopper").has_value());
    import("imported.user", std::nullopt);
    const Refusal rows[] = {
        {"unknown user", "nobody.here", "cobol1959", 404, "User is not found! Please sign up first.", ""},
        {"other case", "Grace.Hopper", "cobol1959", 404, "User is not found! Please sign up first.", ""},
        {"no password", "imported.user", "cobol1959", 404, "Please reset your password!", ""},
        {"wrong password", "grace.hopper", "wrong-pass", 400, "Username or password is wrong!", ""},
        {"longer password", "grace.hopper", std::string("cobol1959\0", 10), 400, "Username or password is wrong!", ""},
        {"short user name", "abc", "secret123", 400, "The request is not valid.",
         R"([{"property":"username","children":[],"constraints":{"minLength":"username must be longer than or equal to 6 characters"}}])"
        },
    };
    for (const auto& row : rows) {
        const auto answer = sign_in(row.username, row.password);
        ASSERT_FALSE(answer.has_value()) << row.name;
        EXPECT_EQ(answer.error().http_status(), row.status) << row.name;
        EXPECT_EQ(answer.error().text(), row.text) << row.name;
        EXPECT_EQ(answer.error().errors, row.errors) << row.name;
    }
}

TEST_F(Accounts, OfTheOriginalGetANewHashAtTheFirstSignIn)
{
    import("imported.user", std::string(kCobolBcrypt));
    EXPECT_FALSE(sign_in("imported.user", "wrong-pass").has_value());
    EXPECT_EQ(stored_hashes(), std::vector{std::string(kCobolBcrypt)});
    EXPECT_TRUE(sign_in("imported.user").has_value());
    ASSERT_EQ(stored_hashes().size(), 1);
    EXPECT_TRUE(stored_hashes()[0].starts_with("$argon2id$"));
    EXPECT_TRUE(sign_in("imported.user").has_value());
}

TEST_F(Accounts, OfTheOriginalKeepTheirHashWhenThePasswordIsLongerThanItKnows)
{
    import("imported.user", std::string(k72pBcrypt));
    EXPECT_TRUE(sign_in("imported.user", std::string(100, 'p')).has_value());
    EXPECT_EQ(stored_hashes(), std::vector{std::string(k72pBcrypt)});
}

TEST_F(Accounts, OfTheOriginalWithANulInThePasswordAreToldToResetIt)
{
    import("imported.user", std::string(kCobolBcrypt));
    const auto answer = sign_in("imported.user", std::string("cobol1959\0x", 11));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().http_status(), 404);
    EXPECT_EQ(answer.error().text(), "Please reset your password!");
    EXPECT_TRUE(sign_in("imported.user").has_value());
    const auto ours = sign_in("imported.user", std::string("cobol1959\0x", 11));
    EXPECT_EQ(ours.error().text(), "Username or password is wrong!") << "a hash of ours knows every byte";
}

TEST_F(Accounts, AreNotMadeWhileTheHashThreadIsFull)
{
    Limits none;
    none.hash_queue = 0;
    Passwords full(loop_, none, {1, 8'192});
    AuthService auth(parts(*process_, users_, full));
    for (const auto& answer : {
             await(auth.sign_up({"Grace", {}, "grace.hopper", "cobol1959"}, peer_)),
             await(auth.sign_in({"grace.hopper", "cobol1959"}, peer_)),
         }) {
        ASSERT_FALSE(answer.has_value());
        EXPECT_EQ(answer.error().code, Errc::unavailable);
    }
    EXPECT_TRUE(stored_hashes().empty());
}

}  // namespace
}  // namespace wgw::auth
