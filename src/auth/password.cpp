#include "auth/password.hpp"

#include "auth/bcrypt.hpp"

#include <sodium.h>

#include <stdexcept>

namespace wgw::auth {
namespace {

std::string argon2id(const std::string& password, const HashCost& cost)
{
    char text[crypto_pwhash_STRBYTES];
    if (::crypto_pwhash_str(text, password.data(), password.size(), cost.passes, cost.memory_bytes) != 0)
        throw std::runtime_error("There is no memory to hash a password in.");
    return text;
}

Verdict check(const std::string& password, const std::string& hash, const HashCost& cost)
{
    if (is_bcrypt(hash)) {
        if (!bcrypt_verify(password, hash))
            return {};
        // Of a longer one bcrypt knows the first 72 bytes only: hashing it would make a guess of the rest the password.
        return {true, password.size() <= kBcryptBytes ? argon2id(password, cost) : std::string()};
    }
    if (hash.size() >= crypto_pwhash_STRBYTES ||
        ::crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) != 0)
        return {};
    const bool weak = ::crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes, cost.memory_bytes) == 1;
    return {true, weak ? argon2id(password, cost) : std::string()};
}

/// Done on the hash thread with a password, which is wiped at the end.
template <class T>
struct PasswordJob final : Job {
    struct Outcome {
        T value{};
        std::exception_ptr error = {};
        bool refused = false;
    };
    using Work = std::function<T(const std::string& password)>;
    using Done = std::function<void(Outcome)>;

    PasswordJob(std::string& given, Work todo) : password(std::move(given)), work(std::move(todo)) { wipe(given); }
    ~PasswordJob() override { wipe(password); }

    void run() override { outcome.value = work(password); }
    void finish(std::exception_ptr error) override
    {
        outcome.error = error;
        done(std::move(outcome));
    }

    std::string password;
    Work work;
    Done done;
    Outcome outcome;
};

template <class T>
// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): the worker outlives it
Task<Result<T>> run(Worker& worker, std::unique_ptr<PasswordJob<T>> todo)
{
    using Outcome = PasswordJob<T>::Outcome;
    auto start = [&worker, &todo](auto done) {
        todo->done = done;
        std::unique_ptr<Job> job = std::move(todo);
        if (!worker.submit(job))
            done(Outcome{.value = {}, .error = {}, .refused = true});
    };
    auto outcome = co_await callback<Outcome>(start);
    if (outcome.error)
        std::rethrow_exception(outcome.error);
    if (outcome.refused)
        co_return fail(Errc::unavailable);
    co_return std::move(outcome.value);
}

}  // namespace

// One job at a time: a batch is handed back when its last job is done, and the first would wait for all the others.
// Each thread has its part of the queue; those with one place more come first, which is where the least busy is sought.
Passwords::Passwords(Outlet& outlet, const Limits& limits, HashCost cost) : cost_(cost)
{
    if (::sodium_init() < 0)
        throw std::runtime_error("libsodium cannot be used on this machine.");
    const std::int64_t threads = limits.hash_threads;
    for (std::int64_t i = 0; i < threads; ++i) {
        const std::int64_t places = limits.hash_queue / threads + (i < limits.hash_queue % threads ? 1 : 0);
        workers_.add({.name = "hash", .capacity = static_cast<std::size_t>(places), .batch = 1, .nice = 10}, outlet);
    }
}

Task<Result<std::string>> Passwords::hash(std::string password)
{
    auto work = [cost = cost_](const std::string& given) { return argon2id(given, cost); };
    auto job = std::make_unique<PasswordJob<std::string>>(password, std::move(work));
    co_return co_await run(workers_.least_busy(), std::move(job));
}

Task<Result<Verdict>> Passwords::verify(std::string password, std::string hash)
{
    auto work = [cost = cost_, hash = std::move(hash)](const std::string& given) { return check(given, hash, cost); };
    auto job = std::make_unique<PasswordJob<Verdict>>(password, std::move(work));
    co_return co_await run(workers_.least_busy(), std::move(job));
}

bool can_be_verified(std::string_view hash)
{
    const std::string text(hash);
    constexpr HashCost kAny;
    return is_bcrypt(hash) || (hash.size() < crypto_pwhash_STRBYTES &&
                               ::crypto_pwhash_str_needs_rehash(text.c_str(), kAny.passes, kAny.memory_bytes) >= 0);
}

void wipe(std::string& secret)
{
    secret.resize(secret.capacity());  // never allocates; reaches what a shorter or moved-from string left behind
    ::sodium_memzero(secret.data(), secret.size());
    secret.clear();
}

}  // namespace wgw::auth
