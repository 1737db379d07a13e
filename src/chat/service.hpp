#pragma once
/// ChatApi for one process: the engine on the store thread, history on the readers.
///
/// Built in this order, and destroyed in reverse after Writer::stop() and Readers::stop():
///
///     store::Sqlite db(path, store::Sqlite::Mode::write);
///     store::migrate(db, "chat", kLogMigrations, clock.now());
///     auto log = make_sqlite_log(db);
///     Engine engine(*log, limits);
///     store::Writer writer(db, outlet, clock, {.on_rollback = [&engine] { engine.forget_all(); }});
///     store::Readers readers(path, outlet, clock);
///     Service chat(engine, writer, readers, clock, random);
///
/// What is submitted in a turn of the loop is handed over by Writer::flush() and Readers::flush() at its end.
/// Thread  the loop's. Hot path: a send is one job, and one allocation for it
/// Tests   service_test.cpp

#include "base/random.hpp"
#include "base/time.hpp"
#include "chat/api.hpp"
#include "chat/engine.hpp"
#include "store/readers.hpp"
#include "store/writer.hpp"

namespace wgw::chat {

class Service final : public ChatApi {
public:
    Service(Engine& engine, store::Writer& writer, store::Readers& readers, const Clock& clock, Random& random)
        : engine_(engine), writer_(writer), readers_(readers), clock_(clock), random_(random), ids_(clock, random)
    {
    }

    void submit(RoomId room, const Caller& caller, Command command, Reply reply) override;
    void submit_as(Id id, RoomId room, UserId caller, Command command, Reply reply) override;
    void set_listener(Listener listener) override { listener_ = std::move(listener); }

    Task<Result<RoomInfo>> create_room(UserId caller, std::string name) override;
    Task<Result<MemberInfo>> join(RoomId room, UserId caller) override;
    Task<Listed<RoomInfo>> rooms(Page<RoomId> page) override;
    Task<std::optional<RoomInfo>> room(RoomId room) override;
    Task<Result<Listed<MemberInfo>>> members(RoomId room, UserId caller, Page<Seq> page) override;
    Task<Result<Listed<MessageInfo>>> messages(RoomId room, UserId caller, Page<Seq> page) override;
    Task<std::vector<RoomHead>> rooms_of(Caller caller) override;

private:
    class CommandJob;

    Task<Result<Outcome>> stored(RoomId room, UserId caller, Command command);

    Engine& engine_;
    store::Writer& writer_;
    store::Readers& readers_;
    const Clock& clock_;
    Random& random_;
    IdSource ids_;
    Listener listener_;
};

}  // namespace wgw::chat
