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
/// Tests   test_service_contract.cpp, service_test.cpp

#include "chat/command_service.hpp"
#include "chat/engine.hpp"
#include "store/readers.hpp"
#include "store/writer.hpp"

namespace wgw::chat {

class Service final : public CommandService {
public:
    Service(Engine& engine, store::Writer& writer, store::Readers& readers, const Clock& clock, Random& random)
        : CommandService(clock, random), engine_(engine), writer_(writer), readers_(readers)
    {
    }

    Task<Listed<RoomInfo>> rooms(Page<RoomId> page) override;
    Task<std::optional<RoomInfo>> room(RoomId room) override;
    Task<Result<Listed<MemberInfo>>> members(RoomId room, UserId caller, Page<Seq> page) override;
    Task<Result<Listed<MessageInfo>>> messages(RoomId room, UserId caller, Page<Seq> page) override;
    Task<std::vector<RoomHead>> rooms_of(Caller caller) override;

private:
    class EngineJob;

    void hand_over(Request request, Reply reply) override;

    Engine& engine_;
    store::Writer& writer_;
    store::Readers& readers_;
};

}  // namespace wgw::chat
