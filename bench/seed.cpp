/// bench_seed <data folder> <token file> <rooms> <members>
///
/// Fills a new data folder with rooms of as many members, each a user of its own, through the same services as the
/// server, but for sign-up: thousands of password hashes would take minutes. Their tokens go to the file, a line
/// `<token> <room id>` each, members of one room behind each other.

#include "app/embedded.hpp"
#include "app/secret.hpp"
#include "base/test_loop.hpp"
#include "chat/log_store_sqlite.hpp"
#include "chat/service.hpp"
#include "model/token.hpp"
#include "store/collection_sqlite.hpp"
#include "store/data_folder.hpp"
#include "user/service.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace wgw;

/// The loop is turned by hand, as in tests: there is nothing but the store to wait for.
class Seed {
public:
    explicit Seed(const std::string& path)
        : folder_(path), tokens_({.current = app::load_or_make_secret(folder_.path(), random_).key}, clock_),
          db_(folder_.file("wegowhere.db"), store::Sqlite::Mode::write),
          log_(chat::make_sqlite_log(app::with_tables(db_, clock_))), engine_(*log_, {}), writer_(db_, loop_, clock_),
          readers_(db_.path(), loop_, clock_),
          users_(store::make_sqlite_collection(writer_, readers_, user::users_spec())), user_service_(*users_, clock_),
          chat_(engine_, writer_, readers_, clock_, random_), ids_(clock_, random_)
    {
    }
    Seed(const Seed&) = delete;
    Seed& operator=(const Seed&) = delete;
    ~Seed()
    {
        writer_.stop();
        readers_.stop();
        loop_.run_ready();
    }

    void run(int rooms, int members, std::ofstream& out)
    {
        for (int room = 0; room < rooms; ++room)
            out << make_room(room, members);
        folder_.keep();
    }

private:
    /// Runs tasks side by side, so that they share commits: as many as the store takes at once.
    void await_all(std::vector<Task<void>> tasks)
    {
        constexpr std::size_t at_once = 1'000;
        for (std::size_t from = 0; from < tasks.size(); from += at_once)
            await_some(std::span(tasks).subspan(from, std::min(at_once, tasks.size() - from)));
    }

    void await_some(std::span<Task<void>> tasks)
    {
        std::exception_ptr failed;
        TaskScope scope([&failed](std::exception_ptr error) { failed = error; });
        for (auto& task : tasks)
            scope.spawn(std::move(task));
        while (scope.running() > 0) {
            writer_.flush();
            readers_.flush();
            loop_.run_one();
        }
        if (failed)
            std::rethrow_exception(failed);
    }

    std::string make_room(int number, int members)
    {
        std::vector<UserId> ids;
        std::vector<Task<void>> users;
        std::string lines;
        RoomId room;
        for (int i = 0; i < members; ++i) {
            ids.push_back(ids_.next());
            users.push_back(make_user(ids.back(), name(number, i)));
        }
        await_all(std::move(users));
        std::vector<Task<void>> first;
        first.push_back(create(ids.front(), room));
        await_all(std::move(first));
        std::vector<Task<void>> joins;
        for (const auto& id : ids)
            joins.push_back(join(room, id));
        await_all(std::move(joins));
        for (int i = 0; i < members; ++i)
            lines += tokens_.sign(ids[static_cast<std::size_t>(i)], name(number, i)).access + ' ' + room.hex() + '\n';
        return lines;
    }

    static std::string name(int room, int member)
    {
        return "bench." + std::to_string(room) + '.' + std::to_string(member);
    }

    Task<void> make_user(UserId id, std::string username)
    {
        const auto made = co_await user_service_.create(id, {"Bench", {}, std::move(username)});
        if (!made)
            throw std::runtime_error("A user could not be made: is the data folder new?");
    }

    // NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): make_room() waits for it
    Task<void> create(UserId creator, RoomId& room)
    {
        const auto made = co_await chat_.create_room(creator, "bench");
        room = made.value()._id;
    }

    Task<void> join(RoomId room, UserId user)
    {
        const auto joined = co_await chat_.join(room, user);
        if (!joined)
            throw std::runtime_error("A room could not be joined: " + std::string(joined.error().text()));
    }

    SystemClock clock_;
    SystemRandom random_;
    TestLoop loop_;
    store::DataFolder folder_;
    Tokens tokens_;
    store::Sqlite db_;
    std::unique_ptr<chat::LogStore> log_;
    chat::Engine engine_;
    store::Writer writer_;
    store::Readers readers_;
    std::unique_ptr<store::Collection> users_;
    user::UserService user_service_;
    chat::Service chat_;
    IdSource ids_;
};

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 5) {
        std::fputs("bench_seed <data folder> <token file> <rooms> <members>\n", stderr);
        return 2;
    }
    try {
        std::ofstream out(argv[2]);
        Seed(argv[1]).run(std::stoi(argv[3]), std::stoi(argv[4]), out);
        return out.flush() ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_seed: %s\n", error.what());
        return 1;
    }
}
