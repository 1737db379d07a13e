#include "loadgen/generator.hpp"

#include "loadgen/clients.hpp"
#include "loadgen/schedule.hpp"
#include "loadgen/stamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>
#include <random>
#include <stdexcept>

namespace wgw::loadgen {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kConnectTime = 60 * kSecond;
constexpr std::uint64_t kSettle =
    kSecond / 5;  // behind connecting: what greets the clients; at the end: what comes twice
constexpr int kSendsPerLook = 64;
constexpr std::uint64_t kNever = ~std::uint64_t{0};

std::uint64_t to_ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }

void replace_all(std::string& text, std::string_view what, std::string_view with)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

struct Unacked {
    std::uint32_t number = 0;
    std::uint64_t at_ns = 0;
};

Address checked(const Load& load)
{
    auto address = resolve(load.url);
    if (!load.anywhere && !is_loopback(address))
        throw std::runtime_error(
            load.url + " is another machine. A load test can take it down: if that is meant, say --anywhere."
        );
    return address;
}

class Generator final : public Clients::Listener {
public:
    explicit Generator(const Load& load)
        : load_(load), clients_(checked(load), load.path, load.clients(), *this),
          checker_(load.rooms, load.members, load.senders), due_(std::size_t{load.clients()} * load.window),
          unacked_of_(load.clients()), run_(std::random_device{}()),
          receive_(R"(42[")" + std::string(load.is_chat() ? "chat.message.receive" : load.receive) + R"(",)")
    {
    }

    Report run()
    {
        connect_all();
        turn_for(kSettle);
        start_sending();
        turn_for(to_ns(load_.warmup_s));
        measure();
        sending_ = false;
        turn_until(now_ns() + to_ns(load_.drain_s), [this] { return checker_.due() == 0 && unacked_ == 0; });
        turn_for(kSettle);
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
        turn_until(start + kConnectTime, [this] {
            while (clients_.opened() < load_.clients() && clients_.opened() - clients_.ready() < load_.connecting)
                clients_.open_next();
            return clients_.ready() == load_.clients();
        });
        if (clients_.ready() < load_.clients())
            throw std::runtime_error(
                fmt::format("Only {} of {} clients could connect in 60 s.", clients_.ready(), load_.clients())
            );
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
        // First: what is due while the rest is read counts as well.
        from_ns_ = now_ns();
        until_ns_ = from_ns_ + to_ns(load_.duration_s);
        const auto cpu = load_.pid != 0 ? cpu_by_thread(load_.pid) : CpuByThread{};
        const auto ticks = machine_ticks();
        const auto own = own_cpu_ns();
        const auto arrived = checker_.counts().arrived;
        const auto sent = checker_.sent();
        turn_for(to_ns(load_.duration_s));

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
        for (auto now = now_ns(); now < end && !done(); now = now_ns()) {
            const auto wake = std::min(end, sending_ && schedule_ ? schedule_->next().at_ns : kNever);
            clients_.poll(wake > now ? wake - now : 0, [this] { send_due(); });
        }
    }

    void turn_for(std::uint64_t span_ns)
    {
        turn_until(now_ns() + span_ns, [] { return false; });
    }

    // --- what the server says ---------------------------------------------------------------------------------------

    std::string auth_of(std::uint32_t client) override
    {
        std::string auth = load_.auth;
        if (auth.empty())
            auth = load_.is_chat() ? R"({"token":"{token}"})" : R"({"room":"{room}"})";
        replace_all(auth, "{token}", load_.seats.empty() ? "" : load_.seats[client].token);
        replace_all(auth, "{room}", room_of(client));
        replace_all(auth, "{client}", std::to_string(client));
        return auth;
    }

    void on_packet(std::uint32_t client, std::string_view text, std::uint64_t arrived_ns) override
    {
        if (text.starts_with(receive_))
            return on_message(client, text, arrived_ns);
        if (text.starts_with("43"))
            return on_ack(client, text.substr(2), arrived_ns);
        if (text.starts_with(R"(42["exception")") || text.starts_with(R"(42["chat.error.receive")")) {
            ++report_.refused;
            tell(text);
        }
    }

    void on_lost(std::uint32_t /*client*/, const std::string& why) override
    {
        ++report_.closed;
        tell(why);
    }

    void tell(std::string_view trouble)
    {
        if (report_.trouble.empty())
            report_.trouble = trouble.substr(0, 300);
    }

    bool is_measured(std::uint64_t at_ns) const { return at_ns >= from_ns_ && at_ns < until_ns_; }

    void on_message(std::uint32_t client, std::string_view text, std::uint64_t arrived_ns)
    {
        const auto stamp = find_stamp(text);
        if (!stamp || stamp->run != run_)
            return;  // of somebody else
        if (!checker_.arrive(client, stamp->sender, stamp->number))
            return;
        if (is_measured(stamp->at_ns))
            report_.latency.add(arrived_ns - stamp->at_ns);
        if (schedule_)
            return;
        auto& due = due_of(stamp->sender, stamp->number);
        if (due == 0)
            return;  // reordered: its place was taken by a later one
        --due;
        if (due == 0 && sending_)
            send(stamp->sender, now_ns());
    }

    void on_ack(std::uint32_t client, std::string_view text, std::uint64_t arrived_ns)
    {
        std::uint32_t id = 0;
        std::from_chars(text.data(), text.data() + text.size(), id);
        auto& unacked = unacked_of_[client];
        const auto found = std::ranges::find(unacked, id, &Unacked::number);
        if (found == unacked.end())
            return;
        if (is_measured(found->at_ns))
            report_.ack.add(arrived_ns - found->at_ns);
        unacked.erase(found);
        --unacked_;
    }

    // --- sending ----------------------------------------------------------------------------------------------------

    std::string room_of(std::uint32_t client) const
    {
        return load_.seats.empty() ? std::to_string(client / load_.members) : load_.seats[client].room_id;
    }

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
        // Bounded: at a rate that it cannot keep it still reads, and still ends.
        for (int left = kSendsPerLook; left > 0; --left) {
            const auto next = schedule_->next();
            const auto now = now_ns();
            if (next.at_ns > now)
                return;
            schedule_->advance();
            if (is_measured(next.at_ns))
                report_.late_ns = std::max(report_.late_ns, now - next.at_ns);
            send(client_of(next.sender), next.at_ns);
        }
    }

    void send(std::uint32_t client, std::uint64_t at_ns)
    {
        if (!clients_.is_ready(client))
            return;
        const Stamp stamp{run_, client, checker_.send(client), at_ns};
        text_ = "42";
        if (load_.is_chat()) {
            text_ += std::to_string(stamp.number);
            text_ += R"(["chat.message.send",{"room_id":")" + room_of(client) + R"(","content":")";
            append_stamp(text_, stamp, load_.payload);
            text_ += R"("}])";
            unacked_of_[client].push_back({stamp.number, at_ns});
            ++unacked_;
        } else {
            text_ += R"([")" + load_.event + R"(",")";
            append_stamp(text_, stamp, load_.payload);
            text_ += R"("])";
        }
        if (!schedule_)
            due_of(client, stamp.number) = load_.members;
        clients_.send(client, text_);
    }

    const Load& load_;
    Clients clients_;
    DeliveryChecker checker_;
    std::vector<std::uint32_t> due_;
    std::vector<std::deque<Unacked>> unacked_of_;
    std::optional<Schedule> schedule_;
    Report report_;

    std::uint32_t run_;
    std::string receive_;  ///< How the packet of a delivery begins.
    std::uint64_t unacked_ = 0;
    bool sending_ = false;
    std::uint64_t from_ns_ = kNever;  ///< Messages that were due from here to until_ns_ are measured.
    std::uint64_t until_ns_ = kNever;
    std::string text_;
};

}  // namespace

Report run(const Load& load) { return Generator(load).run(); }

}  // namespace wgw::loadgen
