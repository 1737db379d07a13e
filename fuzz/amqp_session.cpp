// A broker that sends anything, in any pieces: the session ends or goes on, and what it holds is bounded.

#include "bus/amqp_session.hpp"

#include "fuzz/fuzz.hpp"

using namespace wgw;
using namespace wgw::bus;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    static const AmqpSession::Plan plan{
        .program = "fuzz",
        .queues = {"q"},
        .consumers = {{.queue = "q", .is_settled = true}},
        .prefetch = 10,
        .most_body = 1'000,
    };
    // The first byte says in which pieces the rest comes.
    const auto all = fuzz::input(bytes, size);
    if (all.empty())
        return 0;
    const std::size_t piece = static_cast<unsigned char>(all[0]) + std::size_t{1};
    const auto rest = all.substr(1);

    Instant now{1'000};
    AmqpSession whole(plan, now);
    whole.receive(rest, now, now);
    const auto expected = whole.take_deliveries();

    AmqpSession session(plan, now);
    std::vector<Delivery> got;
    for (std::size_t at = 0; at < rest.size(); at += piece) {
        session.receive(rest.substr(at, piece), now, now);
        for (auto& delivery : session.take_deliveries()) {
            fuzz::require(delivery.body.size() <= plan.most_body, "a body is within its bound");
            fuzz::require(!delivery.is_broken || delivery.body.empty(), "a broken one has none");
            fuzz::require(delivery.consumer < plan.consumers.size(), "a consumer is one");
            got.push_back(std::move(delivery));
        }
    }
    fuzz::require(session.state() == whole.state() && session.why() == whole.why(), "pieces make no difference");
    fuzz::require(got.size() == expected.size(), "pieces make no difference to messages");
    for (std::size_t i = 0; i < got.size(); ++i)
        fuzz::require(
            got[i].body == expected[i].body && got[i].headers == expected[i].headers && got[i].tag == expected[i].tag,
            "nor to what they hold"
        );
    fuzz::require((session.state() == AmqpSession::State::closed) == !session.why().empty(), "what ends says why");
    session.tick(now + AmqpSession::kSilence);
    if (session.state() == AmqpSession::State::open)
        fuzz::require(false, "silence ends it");
    return 0;
}
