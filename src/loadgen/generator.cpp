#include "loadgen/generator.hpp"

#include "codec/base64.hpp"
#include "loadgen/connection.hpp"
#include "loadgen/schedule.hpp"
#include "loadgen/stamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace wgw::loadgen {
namespace {

using State = Connection::State;

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr int kEvents = 64;
constexpr std::size_t kReadsBetweenLooks = 8;  // at the schedule
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kConnectTime = 60 * kSecond;
constexpr std::uint64_t kLinger = kSecond / 5;                 // after the last arrival: for those that come twice
constexpr std::string_view kKey = "d2Vnb3doZXJlLWJlbmNoIQ==";  // of the handshake; any 16 bytes

std::uint64_t now_ns()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * kSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint64_t to_ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

void replace_all(std::string& text, std::string_view what, std::string_view with)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

/// As many descriptors as this process may have.
void raise_descriptor_limit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

struct Unacked {
    std::uint32_t number = 0;
    std::uint64_t at_ns = 0;
};

struct Client {
    Connection connection;
    std::string room_id;
    std::deque<Unacked> unacked;
};

class Generator {
public:
    explicit Generator(const Load& load)
        : load_(load), address_(resolve(load.url)), epoll_(::epoll_create1(EPOLL_CLOEXEC)), clients_(load.clients()),
          checker_(load.rooms, load.members, load.senders), due_(std::size_t{load.clients()} * load.window)
    {
        if (!load.anywhere && !is_loopback(address_))
            throw std::runtime_error(
                load.url + " is another machine. A load test can take it down: if that is meant, say --anywhere."
            );
        raise_descriptor_limit();
        run_ = std::random_device{}();
        receive_ = R"(42[")" + std::string(load.is_chat() ? "chat.message.receive" : load.receive) + R"(",)";
        for (std::uint32_t i = 0; i < load.clients(); ++i)
            clients_[i].room_id = load.seats.empty() ? std::to_string(i / load.members) : load.seats[i].room_id;
    }
    Generator(const Generator&) = delete;
    Generator& operator=(const Generator&) = delete;
    ~Generator() { ::close(epoll_); }

    Report run()
    {
        connect_all();
        turn_until(now_ns() + kSecond / 5, [] { return false; });  // what greets the clients
        start_sending();
        turn_until(now_ns() + to_ns(load_.warmup_s), [] { return false; });
        measure();
        sending_ = false;
        const auto end = now_ns() + to_ns(load_.drain_s);
        turn_until(end, [this] { return checker_.due() == 0 && unacked_ == 0; });
        turn_until(now_ns() + kLinger, [] { return false; });
        report_.counts = checker_.finish();
        report_.all_sent = checker_.sent();
        report_.unacked = unacked_;
        return std::move(report_);
    }

private:
    // --- phases -----------------------------------------------------------------------------------------------------

    void connect_all()
    {
        const auto cpu = load_.pid != 0 ? cpu_by_thread(load_.pid) : CpuByThread{};
        const auto rss = load_.pid != 0 ? resident_bytes(load_.pid) : 0;
        const auto start = now_ns();
        connecting_ = true;
        turn_until(start + kConnectTime, [this] {
            while (opened_ < load_.clients() && opened_ - ready_ < load_.connecting)
                open(opened_++);
            return ready_ == load_.clients();
        });
        if (ready_ < load_.clients())
            throw std::runtime_error(fmt::format("Only {} of {} clients could connect in 60 s.", ready_, opened_));
        connecting_ = false;
        report_.connect_s = static_cast<double>(now_ns() - start) / 1e9;
        if (load_.pid == 0)
            return;
        report_.connect_cpu = cpu_by_thread(load_.pid) - cpu;
        report_.connect_rss = static_cast<std::int64_t>(resident_bytes(load_.pid)) - static_cast<std::int64_t>(rss);
    }

    void start_sending()
    {
        const auto senders = load_.senders * load_.rooms;
        if (senders == 0)
            return;
        sending_ = true;
        if (load_.rate > 0) {
            schedule_.emplace(now_ns(), senders, load_.rate);
            return;
        }
        for (std::uint32_t sender = 0; sender < senders; ++sender)
            for (std::uint32_t i = 0; i < load_.window; ++i)
                send(client_of(sender), now_ns());
    }

    void measure()
    {
        const auto cpu = load_.pid != 0 ? cpu_by_thread(load_.pid) : CpuByThread{};
        const auto ticks = machine_ticks();
        const auto own = own_cpu_ns();
        const auto arrived = checker_.counts().arrived;
        const auto sent = checker_.sent();
        from_ns_ = now_ns();
        until_ns_ = from_ns_ + to_ns(load_.duration_s);
        turn_until(until_ns_, [] { return false; });

        const auto time = now_ns() - from_ns_;
        report_.window_s = static_cast<double>(time) / 1e9;
        report_.deliveries = checker_.counts().arrived - arrived;
        report_.sent = checker_.sent() - sent;
        report_.own_cpu = static_cast<double>(own_cpu_ns() - own) / static_cast<double>(time);
        if (load_.pid != 0)
            report_.cpu = cpu_by_thread(load_.pid) - cpu;
        const auto later = machine_ticks();
        const auto all = static_cast<double>(later.all - ticks.all);
        report_.stolen = all > 0 ? static_cast<double>(later.stolen - ticks.stolen) / all : 0;
    }

    template <class Done>
    void turn_until(std::uint64_t end, Done done)
    {
        std::array<epoll_event, kEvents> events{};
        for (auto now = now_ns(); now < end && !done(); now = now_ns()) {
            auto wake = end;
            if (sending_ && schedule_)
                wake = std::min(wake, schedule_->next().at_ns);
            const auto wait = wake > now ? wake - now : 0;
            const timespec timeout{static_cast<time_t>(wait / kSecond), static_cast<long>(wait % kSecond)};
            const int ready = ::epoll_pwait2(epoll_, events.data(), kEvents, &timeout, nullptr);
            for (int i = 0; i < ready; ++i) {
                if (static_cast<std::size_t>(i) % kReadsBetweenLooks == 0)
                    send_due();
                on_event(events[static_cast<std::size_t>(i)]);
            }
            send_due();
        }
    }

    // --- connections ------------------------------------------------------------------------------------------------

    void open(std::uint32_t number)
    {
        auto& connection = clients_[number].connection;
        if (!connection.open(address_))
            fail(number, "no connection could be opened: " + errno_text(errno));
        epoll_event event{.events = EPOLLIN | EPOLLOUT, .data = {.u32 = number}};
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor(), &event);
    }

    static std::string errno_text(int error) { return std::error_code(error, std::generic_category()).message(); }

    void on_event(const epoll_event& event)
    {
        const auto number = event.data.u32;
        auto& connection = clients_[number].connection;
        if (connection.state == State::closed)
            return;
        if (connection.state == State::connecting)
            return begin_upgrade(number);
        if ((event.events & EPOLLOUT) != 0 && !connection.flush())
            return lose(number, "the connection broke");
        if ((event.events & EPOLLOUT) != 0 && !connection.wants_to_write())
            watch(number, EPOLLIN);
        if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
            read(number);
    }

    void begin_upgrade(std::uint32_t number)
    {
        auto& connection = clients_[number].connection;
        if (const int error = connection.connect_error(); error != 0)
            return lose(number, errno_text(error));
        connection.state = State::upgrading;
        watch(number, EPOLLIN);
        write(
            number, fmt::format(
                        "GET {}?EIO=4&transport=websocket HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n",
                        load_.path, address_.host, kKey
                    )
        );
    }

    void watch(std::uint32_t number, std::uint32_t what)
    {
        epoll_event event{.events = what, .data = {.u32 = number}};
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, clients_[number].connection.descriptor(), &event);
    }

    void write(std::uint32_t number, std::string_view bytes)
    {
        auto& connection = clients_[number].connection;
        const bool waited = connection.wants_to_write();
        if (!connection.write(bytes))
            return lose(number, "the connection broke");
        if (!waited && connection.wants_to_write())
            watch(number, EPOLLIN | EPOLLOUT);
    }

    void write_text(std::uint32_t number, std::string_view text)
    {
        frame_.clear();
        append_client_frame(frame_, Opcode::text, text, 0x5a17c39e + number);
        write(number, frame_);
    }

    void read(std::uint32_t number)
    {
        auto& connection = clients_[number].connection;
        const auto now = now_ns();
        const bool good = connection.read(
            buffer_,
            [&](std::string_view response) {
                if (!response.starts_with("HTTP/1.1 101"))
                    return fail(number, std::string(response.substr(0, response.find('\r'))));
                connection.state = State::opening;
            },
            [&](const ServerFrame& frame) {
                if (frame.opcode == Opcode::text)
                    on_text(number, frame.payload, now);
                else if (frame.opcode == Opcode::close)
                    lose(number, "the server closed the connection");
            }
        );
        if (!good)
            lose(number, "the server ended the connection");
    }

    [[noreturn]] static void fail(std::uint32_t number, const std::string& why)
    {
        throw std::runtime_error(fmt::format("Client {} could not connect: {}", number, why));
    }

    void lose(std::uint32_t number, const std::string& why)
    {
        if (connecting_)
            fail(number, why);
        auto& connection = clients_[number].connection;
        if (connection.state == State::closed)
            return;
        connection.close();
        ++report_.closed;
        tell(why);
    }

    void tell(std::string_view trouble)
    {
        if (report_.trouble.empty())
            report_.trouble = trouble.substr(0, 300);
    }

    // --- what a server says -----------------------------------------------------------------------------------------

    void on_text(std::uint32_t number, std::string_view text, std::uint64_t now)
    {
        if (text.starts_with(receive_))
            return on_message(number, text, now);
        if (text.starts_with("43"))
            return on_ack(number, text.substr(2), now);
        if (text == "2")
            return write_text(number, "3");
        auto& connection = clients_[number].connection;
        if (text.starts_with('0') && connection.state == State::opening) {
            connection.state = State::joining;
            return write_text(number, "40" + auth_of(number));
        }
        if (text.starts_with("40") && connection.state == State::joining) {
            connection.state = State::ready;
            ++ready_;
            return;
        }
        if (text.starts_with("44"))
            return lose(number, "it was refused: " + std::string(text));
        if (text.starts_with("41") || text.starts_with('1'))
            return lose(number, "the server disconnected a client");
        if (text.starts_with(R"(42["exception")") || text.starts_with(R"(42["chat.error.receive")")) {
            ++report_.refused;
            tell(text);
        }
    }

    std::string auth_of(std::uint32_t number) const
    {
        const auto& client = clients_[number];
        std::string auth = load_.auth;
        if (auth.empty())
            auth = load_.is_chat() ? R"({"token":"{token}"})" : R"({"room":"{room}"})";
        replace_all(auth, "{token}", load_.seats.empty() ? "" : load_.seats[number].token);
        replace_all(auth, "{room}", client.room_id);
        replace_all(auth, "{client}", std::to_string(number));
        return auth;
    }

    void on_message(std::uint32_t number, std::string_view text, std::uint64_t now)
    {
        const auto stamp = find_stamp(text);
        if (!stamp || stamp->run != run_)
            return;  // of somebody else
        if (!checker_.arrive(number, stamp->sender, stamp->number))
            return;
        if (stamp->at_ns >= from_ns_ && stamp->at_ns < until_ns_)
            report_.latency.add(now - stamp->at_ns);
        if (schedule_)
            return;
        auto& due = due_of(stamp->sender, stamp->number);
        if (due > 0 && --due == 0 && sending_)
            send(stamp->sender, now_ns());
    }

    void on_ack(std::uint32_t number, std::string_view text, std::uint64_t now)
    {
        std::uint32_t id = 0;
        std::from_chars(text.data(), text.data() + text.size(), id);
        auto& unacked = clients_[number].unacked;
        const auto found = std::ranges::find(unacked, id, &Unacked::number);
        if (found == unacked.end())
            return;
        if (found->at_ns >= from_ns_ && found->at_ns < until_ns_)
            report_.ack.add(now - found->at_ns);
        unacked.erase(found);
        --unacked_;
    }

    // --- sending ----------------------------------------------------------------------------------------------------

    /// Neighbours in the schedule are in different rooms.
    std::uint32_t client_of(std::uint32_t sender) const
    {
        return sender % load_.rooms * load_.members + sender / load_.rooms;
    }

    /// How many members a message in flight has not reached yet. A sender has at most `window` of them, so that their
    /// numbers fall into different places as long as they arrive in order.
    std::uint32_t& due_of(std::uint32_t client, std::uint32_t number)
    {
        return due_[std::size_t{client} * load_.window + number % load_.window];
    }

    void send_due()
    {
        if (!sending_ || !schedule_)
            return;
        for (auto now = now_ns(); schedule_->next().at_ns <= now; now = now_ns()) {
            const auto next = schedule_->next();
            schedule_->advance();
            if (next.at_ns >= from_ns_ && next.at_ns < until_ns_)
                report_.late_ns = std::max(report_.late_ns, now - next.at_ns);
            send(client_of(next.sender), next.at_ns);
        }
    }

    void send(std::uint32_t number, std::uint64_t at_ns)
    {
        auto& client = clients_[number];
        if (client.connection.state != State::ready)
            return;
        const Stamp stamp{run_, number, checker_.send(number), at_ns};
        text_ = "42";
        if (load_.is_chat()) {
            text_ += std::to_string(stamp.number);
            text_ += R"(["chat.message.send",{"room_id":")";
            text_ += client.room_id;
            text_ += R"(","content":")";
            append_stamp(text_, stamp, load_.payload);
            text_ += R"("}])";
            client.unacked.push_back({stamp.number, at_ns});
            ++unacked_;
        } else {
            text_ += R"([")" + load_.event + R"(",")";
            append_stamp(text_, stamp, load_.payload);
            text_ += R"("])";
        }
        if (!schedule_)
            due_of(number, stamp.number) = load_.members;
        write_text(number, text_);
    }

    const Load& load_;
    Address address_;
    int epoll_;
    std::vector<Client> clients_;
    DeliveryChecker checker_;
    std::vector<std::uint32_t> due_;
    std::optional<Schedule> schedule_;
    Report report_;

    std::uint32_t run_ = 0;
    std::string receive_;  ///< How the packet of a delivery begins.
    std::uint32_t opened_ = 0;
    std::uint32_t ready_ = 0;
    std::uint64_t unacked_ = 0;
    bool connecting_ = false;
    bool sending_ = false;
    std::uint64_t from_ns_ = ~std::uint64_t{0};  ///< Messages that were due from here to until_ns_ are measured.
    std::uint64_t until_ns_ = ~std::uint64_t{0};

    std::vector<char> buffer_ = std::vector<char>(kReadBytes);
    std::string text_;
    std::string frame_;
};

}  // namespace

Report run(const Load& load) { return Generator(load).run(); }

}  // namespace wgw::loadgen
