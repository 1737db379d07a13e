#include "auth/service.hpp"
#include "base/test_loop.hpp"
#include "store/collection_sqlite.hpp"
#include "store/temporary_folder.hpp"
#include "user/service.hpp"

#include <gtest/gtest.h>

namespace wgw::auth {
namespace {

constexpr std::string_view kCobolBcrypt = "$2b$04$abcdefghijklmnopqrstuu6eVke/knwQaOILVZjbt2ARUBCWNMVni";
constexpr std::string_view k72pBcrypt = "$2b$04$abcdefghijklmnopqrstuuNt.0ah97gHY3F7JC1Z6EXmQc0bQBhIO";
constexpr std::string_view kTaken = "User with that username already signed up! Please sign in if it is yours.";

/// Answers like the user service, but nobody finds a user by name: as at the very moment at which two sign up.
class BlindUsers final : public user::UserApi {
public:
    explicit BlindUsers(user::UserApi& users) : users_(users) {}

    Task<Result<user::User>> create(UserId id, user::NewUser user) override
    {
        return users_.create(id, std::move(user));
    }
    Task<std::optional<user::User>> find_by_id(UserId id) override { return users_.find_by_id(id); }
    Task<std::optional<user::User>> find_by_username(std::string) override { co_return std::nullopt; }
    Task<std::vector<user::User>> find_by_ids(std::vector<UserId> ids) override { return users_.find_by_ids(ids); }
    Task<user::UserList> find_all(user::Page page) override { return users_.find_all(page); }

private:
    user::UserApi& users_;
};

class Accounts : public testing::Test {
protected:
    ~Accounts() override
    {
        passwords_.stop();
        writer_.stop();
        readers_.stop();
        loop_.run_ready();
    }

    template <class T>
    T await(Task<T> task)
    {
        const auto end_of_turn = [this] {
            passwords_.flush();
            writer_.flush();
            readers_.flush();
        };
        return loop_.await(std::move(task), end_of_turn);
    }

    AuthService service(user::UserApi& users)
    {
        return AuthService({*credentials_, users, passwords_, tokens_, ids_, clock_, limits_});
    }

    Result<TokenPair> sign_up(std::string username, std::string password = "cobol1959")
    {
        auto auth = service(users_);
        return await(auth.sign_up({"Grace", "Hopper", std::move(username), std::move(password)}));
    }

    Result<TokenPair> sign_in(std::string username, std::string password = "cobol1959")
    {
        auto auth = service(users_);
        return await(auth.sign_in({std::move(username), std::move(password)}));
    }

    /// A user as a database of the original has it.
    void import(std::string username, std::optional<std::string> hash)
    {
        const auto user_id = ids_.next();
        ASSERT_TRUE(await(users_.create(user_id, {"Grace", std::nullopt, std::move(username)})).has_value());
        if (!hash)
            return;
        const auto now = clock_.now();
        store::Document document{
            ids_.next(), {user_id, *hash, now, now, std::int64_t{0}}
        };
        ASSERT_EQ(await(credentials_->insert(std::move(document))), std::nullopt);
    }

    std::vector<std::string> stored_hashes()
    {
        std::vector<std::string> hashes;
        for (auto& document : await(credentials_->list("", nullptr, Id{}, 100, store::Order::ascending)))
            hashes.push_back(std::get<std::string>(document.values.at(1)));
        return hashes;
    }

    std::string prepared_file()
    {
        const auto path = folder_.path() + "/accounts.db";
        store::Sqlite db(path, store::Sqlite::Mode::write);
        store::create_collection(db, user::users_spec());
        store::create_collection(db, credentials_spec());
        return path;
    }

    store::TemporaryFolder folder_;
    ManualClock clock_;
    SeededRandom random_{1};
    IdSource ids_{clock_, random_};
    Limits limits_;
    TestLoop loop_;
    store::Sqlite db_{prepared_file(), store::Sqlite::Mode::write};
    store::Writer writer_{db_, loop_, clock_};
    store::Readers readers_{db_.path(), loop_, clock_};
    std::unique_ptr<store::Collection> users_collection_ =
        store::make_sqlite_collection(writer_, readers_, user::users_spec());
    std::unique_ptr<store::Collection> credentials_ =
        store::make_sqlite_collection(writer_, readers_, credentials_spec());
    user::UserService users_{*users_collection_, clock_};
    Passwords passwords_{
        loop_, limits_, {1, 8'192}
    };
    Tokens tokens_{{"0123456789abcdef0123456789abcdef"}, clock_};
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

TEST_F(Accounts, OfOneNameMadeAtTheSameMomentAreOne)
{
    BlindUsers blind(users_);
    auto auth = service(blind);
    EXPECT_TRUE(await(auth.sign_up({"Grace", {}, "grace.hopper", "cobol1959"})).has_value());
    const auto second = await(auth.sign_up({"Eve", {}, "grace.hopper", "another-password"}));
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
    AuthService auth({*credentials_, users_, full, tokens_, ids_, clock_, limits_});
    for (const auto& answer : {
             await(auth.sign_up({"Grace", {}, "grace.hopper", "cobol1959"})),
             await(auth.sign_in({"grace.hopper", "cobol1959"})),
         }) {
        ASSERT_FALSE(answer.has_value());
        EXPECT_EQ(answer.error().code, Errc::unavailable);
    }
    EXPECT_TRUE(stored_hashes().empty());
}

}  // namespace
}  // namespace wgw::auth
