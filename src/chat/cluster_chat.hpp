#pragma once
/// The part of chat that a gateway needs live, in a cluster: sends go to whoever stores, and what is told comes from the
/// stream of entries of all processes.
///
/// Original  its services number nothing: their entries (seq 0) are told as they are answered
/// Loop only.
/// Tests     cluster_chat_test.cpp

#include "chat/api.hpp"
#include "chat/entry_stream.hpp"

#include <utility>

namespace wgw::chat {

class ClusterChat final : public LiveChat {
public:
    /// Both outlive it. Sets the listeners of both.
    ClusterChat(LiveChat& sender, EntryStream& stream) : sender_(sender), stream_(stream)
    {
        sender_.set_listener([this](const Entry& entry) {
            if (entry.seq > 0)
                stream_.stored(entry);
            else if (listener_)
                listener_(entry);
        });
        stream_.set_listener([this](const Entry& entry) {
            if (listener_)
                listener_(entry);
        });
    }
    ClusterChat(const ClusterChat&) = delete;
    ClusterChat& operator=(const ClusterChat&) = delete;
    ~ClusterChat() override
    {
        sender_.set_listener({});
        stream_.set_listener({});
    }

    void submit(RoomId room, const Caller& caller, Command command, Reply reply) override
    {
        sender_.submit(room, caller, std::move(command), std::move(reply));
    }
    void set_listener(Listener listener) override { listener_ = std::move(listener); }
    Task<std::vector<RoomHead>> rooms_of(Caller caller) override { return sender_.rooms_of(std::move(caller)); }

    void watch(const RoomHead& room) override
    {
        if (room.seq > 0)
            stream_.watch(room.room_id, room.seq);
    }
    void unwatch(const RoomId& room) override { stream_.unwatch(room); }

private:
    LiveChat& sender_;
    EntryStream& stream_;
    Listener listener_;
};

}  // namespace wgw::chat
