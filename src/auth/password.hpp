#pragma once
/// Passwords: hashed and verified on threads of their own, never on the loop.
///
/// New hashes are argon2id (2 passes over 19 MiB, some 20 ms); every byte of a password counts. bcrypt hashes of the
/// original verify, and come back with an argon2id hash to put in their place.
/// A resource. Lives on the loop. flush() at the end of each turn, like the other workers. At the end: stop(), let the
/// loop run what was posted, then destroy.
///
/// Threads   Limits::hash_threads
/// Bound     Limits::hash_queue passwords under way, of all threads together; beyond it `unavailable`
/// Secrets   passwords are wiped when they have been used
/// Errors    std::runtime_error if there is no memory to hash in
/// Source    libsodium crypto_pwhash_str; OWASP's parameters
/// Tests     password_test.cpp

#include "base/task.hpp"
#include "model/limits.hpp"
#include "model/result.hpp"
#include "store/worker_set.hpp"

#include <string>
#include <string_view>

namespace wgw::auth {

/// What a hash costs. Cheaper ones are for tests.
struct HashCost {
    unsigned long long passes = 2;
    std::size_t memory_bytes = 19'922'944;
};

struct Verdict {
    bool right = false;
    std::string replacement = {};  ///< A better hash of the same password, to be stored; empty: keep the old one.
};

class Passwords {
public:
    /// `outlet` outlives this. Starts the threads.
    Passwords(Outlet& outlet, const Limits& limits, HashCost cost = {});

    Task<Result<std::string>> hash(std::string password);

    /// A hash that is malformed or of an unknown kind compares false.
    Task<Result<Verdict>> verify(std::string password, std::string hash);

    void flush() { workers_.flush(); }
    void stop() { workers_.stop(); }
    const store::WorkerSet& workers() const { return workers_; }

private:
    HashCost cost_;
    store::WorkerSet workers_;
};

/// Whether `hash` is of a kind that a password can be compared with.
bool can_be_verified(std::string_view hash);

/// Overwrites a string, also the part of its buffer that it does not use any more, and makes it empty.
void wipe(std::string& secret);

}  // namespace wgw::auth
