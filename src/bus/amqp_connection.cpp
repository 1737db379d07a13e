#include "bus/amqp_connection.hpp"

#include "base/backoff.hpp"
#include "base/random.hpp"
#include "bus/tcp_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace wgw::bus {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kMostReads = 8;                      // before others have their turn
constexpr std::size_t kMostOutput = std::size_t{1} << 20;  // encoded ahead of the socket
constexpr Duration kSteady = std::chrono::seconds(5);      // a connection that lasts less does not end the back-off
constexpr Duration kFirstWait{50};                         // before the next try
constexpr Duration kLongestWait{3'000};                    // what is back is found again in at most so much
constexpr Duration kLook{500};                             // so exact is `since` of a delivery

std::string text_of(int error) { return std::generic_category().message(error); }

std::size_t size_of(const Publication& message)
{
    std::size_t bytes = message.body.size();
    for (const auto& header : message.headers)
        bytes += header.name.size() + header.value.size();
    return bytes;
}

std::size_t size_of(const std::vector<Delivery>& deliveries)
{
    std::size_t bytes = 0;
    for (const auto& delivery : deliveries)
        bytes += delivery.body.size() + sizeof delivery;
    return bytes;
}

}  // namespace

AmqpConnection::AmqpConnection(AmqpSession::Plan plan, AmqpListener& listener, Outlet& outlet, const Clock& clock)
    : plan_(std::move(plan)), listener_(listener), outlet_(outlet), clock_(clock),
      serves_(std::ranges::any_of(plan_.consumers, &AmqpSession::Consumer::is_settled)),
      waker_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
{
    if (waker_ < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
    thread_ = std::thread([this] { work(); });
}

AmqpConnection::~AmqpConnection()
{
    stop();
    ::close(waker_);
}

// --- the loop's side ---

bool AmqpConnection::publish(Publication message)
{
    const std::size_t bytes = size_of(message);
    const bool is_full = queued_ > 0 && (queued_ >= kMostQueued || queued_bytes_ + bytes > kMostQueuedBytes);
    if (generation_ == 0 || is_stopped_ || is_full)
        return false;
    ++queued_;
    queued_bytes_ += bytes;
    turn_.emplace_back(std::move(message));
    return true;
}

void AmqpConnection::settle(Generation generation, std::uint64_t tag, Settled how)
{
    if (generation == generation_)
        turn_.emplace_back(Settlement{generation, tag, how});
}

void AmqpConnection::cancel()
{
    cancelling_ = true;
    wake();
}

void AmqpConnection::flush()
{
    if (turn_.empty() || is_stopped_)
        return;
    bool sleeps = false;
    {
        const std::scoped_lock lock(mutex_);
        if (orders_.empty())
            orders_.swap(turn_);
        else
            std::ranges::move(turn_, std::back_inserter(orders_));
        sleeps = std::exchange(asleep_, false);
    }
    turn_.clear();
    if (sleeps)
        wake();
}

void AmqpConnection::wake()
{
    const std::uint64_t one = 1;
    (void)!::write(waker_, &one, sizeof one);  // full: it is awake
}

void AmqpConnection::stop()
{
    if (is_stopped_)
        return;
    flush();
    is_stopped_ = true;
    stopping_ = true;
    wake();
    thread_.join();
    alive_.reset();
    generation_ = 0;
}

// --- the thread's side ---

void AmqpConnection::work()
{
    ::pthread_setname_np(::pthread_self(), plan_.program.substr(0, 15).c_str());
    buffer_ = std::make_unique_for_overwrite<char[]>(kReadBytes);
    SystemRandom random;
    Backoff backoff(random, kFirstWait, kLongestWait);
    while (!stopping_) {
        TcpSocket socket;
        std::string why = connect(socket);
        if (why.empty()) {
            why = serve(socket);
            if (is_up_ && clock_.monotonic() >= up_since_ + kSteady)
                backoff.reset();
        }
        socket.close();
        if (stopping_)
            return;
        tell_away(why);
        const Instant until = clock_.monotonic() + backoff.next();
        while (!stopping_ && clock_.monotonic() < until)
            sleep(socket, 0, until);
    }
}

/// Until `until`, until one of `events` holds, or until somebody wakes the thread. True: one of them holds.
bool AmqpConnection::sleep(const TcpSocket& socket, short events, Instant until)
{
    std::array<pollfd, 2> polled{
        {{waker_, POLLIN, 0}, {socket.fd(), events, 0}}
    };
    const auto longest = std::max<std::int64_t>(0, (until - clock_.monotonic()).count());
    const auto ms = static_cast<int>(std::min<std::int64_t>(longest, std::numeric_limits<int>::max()));
    if (::poll(polled.data(), polled.size(), ms) <= 0)
        return false;
    if (polled[0].revents != 0) {
        std::uint64_t count = 0;
        (void)!::read(waker_, &count, sizeof count);
    }
    return polled[1].revents != 0;
}

/// Empty: it is connected. Else why not.
std::string AmqpConnection::connect(TcpSocket& socket)
{
    const auto& address = plan_.address;
    const TcpAddresses found(address.host, address.port);
    if (!found.error().empty())
        return "RabbitMQ's host " + address.host + " has no address: " + found.error() + ". Check RMQ_HOST or RMQ_URL.";

    int error = ETIMEDOUT;
    for (const auto* one = found.first(); one != nullptr && !stopping_; one = one->ai_next) {
        error = socket.open(*one);
        if (error != 0)
            continue;
        const Instant until = clock_.monotonic() + kConnecting;
        bool is_ready = false;
        while (!is_ready && !stopping_ && clock_.monotonic() < until)
            is_ready = sleep(socket, POLLOUT, until);
        error = is_ready ? socket.error() : ETIMEDOUT;
        if (error == 0)
            return {};
    }
    return "RabbitMQ cannot be reached at " + address.text() + ": " + text_of(error) +
           ". Start it, or check RMQ_HOST and RMQ_PORT.";
}

/// Until it ends. Why it has ended; empty: we were asked to.
std::string AmqpConnection::serve(TcpSocket& socket)
{
    drained_ = clock_.monotonic();
    is_up_ = false;
    has_cancelled_ = false;
    blocked_.clear();
    AmqpSession session(plan_, drained_);
    while (true) {
        session.tick(clock_.monotonic());
        look(session);
        if (stopping_) {
            say_goodbye(session, socket);
            return {};
        }
        std::string why = write(session, socket);
        if (session.state() == AmqpSession::State::closed)
            return session.why();
        if (!why.empty())
            return why;

        const bool reads = untaken_ < kMostUntaken;
        short events = reads ? POLLIN : 0;
        if (!session.output().empty())
            events |= POLLOUT;
        Instant until = session.next_tick();
        const Instant before = clock_.monotonic();
        if (serves_ && session.state() == AmqpSession::State::open)
            until = std::min(until, before + kLook);
        {
            const std::scoped_lock lock(mutex_);
            asleep_ = true;
            const bool is_asked = next_ < taken_.size() || !orders_.empty();
            if (is_asked && session.output().size() < kMostOutput && blocked_.empty())
                until = before;
        }
        const bool is_ready = sleep(socket, events, until);
        {
            const std::scoped_lock lock(mutex_);
            asleep_ = false;
        }
        if (!reads) {
            // Nothing is heard while nothing is read, and that is not the broker's fault.
            session.receive({}, drained_, clock_.monotonic());
        } else if (is_ready) {
            const auto ended = read(session, socket);
            look(session);
            if (is_up_)
                tell_deliveries(session.take_deliveries());
            if (!ended.empty() && session.state() != AmqpSession::State::closed)
                return ended;
        } else {
            drained_ = before;
        }
    }
}

/// What the session has become, and what is asked of it.
void AmqpConnection::look(AmqpSession& session)
{
    if (session.state() != AmqpSession::State::open)
        return;
    if (!is_up_)
        tell_up(session.server());
    if (session.blocked() != blocked_) {
        blocked_ = session.blocked();
        outlet_.post([this, alive = std::weak_ptr(alive_), why = blocked_] {
            if (!alive.expired())
                listener_.on_blocked(why);
        });
    }
    if (cancelling_ && !std::exchange(has_cancelled_, true))
        session.cancel();
    if (session.blocked().empty() && session.output().size() < kMostOutput)
        take_orders(session);
}

/// Encodes what is queued, up to what may be ahead of the socket.
void AmqpConnection::take_orders(AmqpSession& session)
{
    const Instant now = clock_.monotonic();
    while (session.output().size() < kMostOutput) {
        if (next_ == taken_.size()) {
            taken_.clear();
            next_ = 0;
            const std::scoped_lock lock(mutex_);
            taken_.swap(orders_);
            if (taken_.empty())
                return;
        }
        const Order order = std::move(taken_[next_++]);
        if (const auto* message = std::get_if<Publication>(&order)) {
            session.publish(*message, now);  // false: too late, and whoever asked knows
            forget(*message);
        } else if (const auto& settlement = std::get<Settlement>(order); settlement.generation == current_) {
            session.settle(settlement.tag, settlement.how);
        }
    }
}

/// It does not wait any more.
void AmqpConnection::forget(const Publication& message)
{
    --queued_;
    queued_bytes_ -= size_of(message);
}

/// Empty: it goes on. Else why it has ended.
std::string AmqpConnection::read(AmqpSession& session, TcpSocket& socket)
{
    for (std::size_t i = 0; i < kMostReads; ++i) {
        const Instant before = clock_.monotonic();
        const auto got = ::recv(socket.fd(), buffer_.get(), kReadBytes, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            drained_ = before;
            return {};
        }
        if (got < 0)
            return "The connection to RabbitMQ has failed: " + text_of(errno) + ".";
        if (got == 0)
            return "RabbitMQ has ended the connection.";
        session.receive({buffer_.get(), static_cast<std::size_t>(got)}, drained_, clock_.monotonic());
        if (static_cast<std::size_t>(got) < kReadBytes) {
            drained_ = before;
            return {};
        }
    }
    return {};
}

/// Writes what the kernel takes. Empty: it goes on. Else why it has ended.
std::string AmqpConnection::write(AmqpSession& session, TcpSocket& socket)
{
    const auto output = session.output();
    if (output.empty())
        return {};
    const auto sent = ::send(socket.fd(), output.data(), output.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
        session.wrote(static_cast<std::size_t>(sent), clock_.monotonic());
        return {};
    }
    if (errno == EAGAIN || errno == EINTR)
        return {};
    return "The connection to RabbitMQ has failed: " + text_of(errno) + ".";
}

void AmqpConnection::say_goodbye(AmqpSession& session, TcpSocket& socket)
{
    if (session.state() != AmqpSession::State::open)
        return;
    if (session.blocked().empty())
        take_orders(session);
    session.close();
    const Instant until = clock_.monotonic() + kFarewell;
    while (session.state() != AmqpSession::State::closed && clock_.monotonic() < until) {
        if (!write(session, socket).empty())
            return;
        const short events = session.output().empty() ? POLLIN : POLLIN | POLLOUT;
        if (sleep(socket, events, until) && !read(session, socket).empty())
            return;
    }
}

void AmqpConnection::drop_orders()
{
    std::vector<Order> dropped;
    {
        const std::scoped_lock lock(mutex_);
        dropped.swap(orders_);
    }
    std::move(taken_.begin() + static_cast<std::ptrdiff_t>(next_), taken_.end(), std::back_inserter(dropped));
    taken_.clear();
    next_ = 0;
    for (const auto& order : dropped)
        if (const auto* message = std::get_if<Publication>(&order))
            forget(*message);
}

void AmqpConnection::tell_up(const std::string& server)
{
    is_up_ = true;
    up_since_ = clock_.monotonic();
    told_.clear();
    ++current_;
    drop_orders();  // of those who thought that the last connection was still there
    outlet_.post([this, alive = std::weak_ptr(alive_), generation = current_, server] {
        if (alive.expired())
            return;
        generation_ = generation;
        server_ = server;
        listener_.on_up(generation);
    });
}

void AmqpConnection::tell_away(const std::string& why)
{
    drop_orders();
    if (!std::exchange(is_up_, false) && why == told_)
        return;
    told_ = why;
    outlet_.post([this, alive = std::weak_ptr(alive_), why] {
        if (alive.expired())
            return;
        generation_ = 0;
        listener_.on_away(why);
    });
}

void AmqpConnection::tell_deliveries(std::vector<Delivery> deliveries)
{
    if (deliveries.empty())
        return;
    const std::size_t bytes = size_of(deliveries);
    untaken_ += bytes;
    outlet_.post([this, alive = std::weak_ptr(alive_), bytes, generation = current_,
                  all = std::move(deliveries)]() mutable {
        if (alive.expired())
            return;
        if (untaken_.fetch_sub(bytes) >= kMostUntaken)
            wake();
        listener_.on_deliveries(generation, std::move(all));
    });
}

}  // namespace wgw::bus
