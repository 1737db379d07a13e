#pragma once
/// For tests: accounts on a store in a temporary folder, with a clock that the test moves, and a restart.

#include "auth/service.hpp"
#include "base/test_loop.hpp"
#include "codec/base64.hpp"
#include "store/collection_sqlite.hpp"
#include "store/temporary_folder.hpp"
#include "user/service.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wgw::auth {

class Accounts : public testing::Test {
protected:
    /// What is in memory only.
    struct Process {
        explicit Process(Accounts& accounts)
            : revocations(*accounts.revocation_rows_, accounts.clock_),
              sessions({*accounts.session_rows_, revocations, accounts.tokens_, accounts.ids_, accounts.clock_}),
              auth(accounts.parts(*this, accounts.users_, accounts.passwords_))
        {
        }

        LocalRevocations revocations;
        Sessions sessions;
        AuthService auth;
    };

    Accounts() { restart(); }
    ~Accounts() override
    {
        passwords_.stop();
        writer_.stop();
        readers_.stop();
        loop_.run_ready();
    }

    void restart()
    {
        process_ = std::make_unique<Process>(*this);
        await(process_->revocations.load());
    }

    AuthService::Parts parts(Process& process, user::UserApi& users, Passwords& passwords)
    {
        return {credentials_, process.sessions, process.revocations, users, passwords, tokens_, ids_, limits_};
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

    AuthService& auth() { return process_->auth; }
    Sessions& sessions() { return process_->sessions; }
    LocalRevocations& revocations() { return process_->revocations; }

    Result<TokenPair> sign_up(std::string username, std::string password = "cobol1959")
    {
        return await(auth().sign_up({"Grace", "Hopper", std::move(username), std::move(password)}, peer_));
    }

    Result<TokenPair> sign_in(std::string username, std::string password = "cobol1959")
    {
        return await(auth().sign_in({std::move(username), std::move(password)}, peer_));
    }

    Result<TokenPair> refresh(const std::string& token) { return await(auth().refresh({token}, peer_)); }

    Caller caller(const TokenPair& pair) { return tokens_.check_token(pair.access).value(); }
    bool counts(const TokenPair& pair) { return !revocations().is_revoked(caller(pair)); }

    /// As the original signs them: they name no session.
    TokenPair original_pair(UserId user_id)
    {
        const auto now_s = clock_.now().unix_ms / 1'000;
        return {original_token(user_id, now_s, 7 * 86'400), original_token(user_id, now_s, 30 * 86'400)};
    }

    std::vector<Session> sessions_of(const TokenPair& pair)
    {
        return await(auth().sessions(caller(pair), {})).value().items;
    }

    /// A user as a database of the original has it.
    UserId import(std::string username, std::optional<std::string> hash)
    {
        const auto user_id = ids_.next();
        EXPECT_TRUE(await(users_.create(user_id, {"Grace", std::nullopt, std::move(username)})).has_value());
        if (hash)
            await(credentials_.add(user_id, *hash));
        return user_id;
    }

    std::vector<std::string> stored_hashes()
    {
        std::vector<std::string> hashes;
        for (auto& document : all_of(*credential_rows_))
            hashes.push_back(std::get<std::string>(document.values.at(1)));
        return hashes;
    }

    std::vector<store::Document> all_of(store::Collection& rows)
    {
        return await(rows.list("", nullptr, Id{}, 1'000, store::Order::ascending));
    }

    std::string prepared_file()
    {
        const auto path = folder_.path() + "/accounts.db";
        store::Sqlite db(path, store::Sqlite::Mode::write);
        for (const auto* spec : {&user::users_spec(), &credentials_spec(), &sessions_spec(), &revocations_spec()})
            store::create_collection(db, *spec);
        return path;
    }

    std::unique_ptr<store::Collection> collection(const store::CollectionSpec& spec)
    {
        return store::make_sqlite_collection(writer_, readers_, spec);
    }

    static std::string original_token(UserId user_id, std::int64_t issued_s, std::int64_t life_s)
    {
        const auto encode = [](std::string_view text) { return base64_encode(text, Base64::url); };
        const auto text =
            encode(R"({"alg":"HS256","typ":"JWT"})") + '.' +
            encode(
                R"({"user_id":")" + user_id.hex() + R"(","username":"grace.hopper","iat":)" + std::to_string(issued_s) +
                R"(,"exp":)" + std::to_string(issued_s + life_s) + R"(,"iss":"WeGoWhere"})"
            );
        // HMAC-SHA256 by the library that this module has anyway.
        std::array<unsigned char, crypto_auth_hmacsha256_BYTES> code{};
        ::crypto_auth_hmacsha256(
            code.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
            reinterpret_cast<const unsigned char*>(kSecret.data())
        );
        return text + '.' + encode({reinterpret_cast<const char*>(code.data()), code.size()});
    }

    static constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
    static_assert(kSecret.size() == crypto_auth_hmacsha256_KEYBYTES);

    store::TemporaryFolder folder_;
    ManualClock clock_;
    SeededRandom random_{1};
    IdSource ids_{clock_, random_};
    Limits limits_;
    Peer peer_{"192.0.2.1", "a test"};
    TestLoop loop_;
    store::Sqlite db_{prepared_file(), store::Sqlite::Mode::write};
    store::Writer writer_{db_, loop_, clock_};
    store::Readers readers_{db_.path(), loop_, clock_};
    std::unique_ptr<store::Collection> users_collection_ = collection(user::users_spec());
    std::unique_ptr<store::Collection> credential_rows_ = collection(credentials_spec());
    std::unique_ptr<store::Collection> session_rows_ = collection(sessions_spec());
    std::unique_ptr<store::Collection> revocation_rows_ = collection(revocations_spec());
    user::UserService users_{*users_collection_, clock_};
    Credentials credentials_{*credential_rows_, ids_, clock_};
    Passwords passwords_{
        loop_, limits_, {1, 8'192}
    };
    Tokens tokens_{{std::string(kSecret)}, clock_};
    std::unique_ptr<Process> process_;
};

}  // namespace wgw::auth
