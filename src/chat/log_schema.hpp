#pragma once
/// The tables of chat in SQLite, known to log_store_sqlite and history only.
///
/// Rooms and users are numbers inside, _ids are 12-byte blobs: text ids would take twice the writer's time.
/// What is kept besides chat_entry (rooms, members) is made by entries, in the transaction of the entry that makes it.
///
///     chat_entry_seq   the fence: a second writer cannot take a seq twice
///     chat_entry_key   the promise that a key is stored once; partial, so that it costs only sends that carry a key
///
/// There is no index on chat_entry._id: it would cost every message half as much again, and (room, seq) finds it.

#include "store/migrations.hpp"

#include <array>

namespace wgw::chat {

/// The schema "chat".
inline constexpr std::array kLogMigrations{
    store::Migration{1, "the log, rooms and members", R"(
CREATE TABLE chat_user (
    number INTEGER PRIMARY KEY,
    _id    BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE chat_room (
    number     INTEGER PRIMARY KEY,
    _id        BLOB NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    epoch      TEXT NOT NULL
) STRICT;

CREATE TABLE chat_entry (
    room          INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    _id           BLOB NOT NULL,
    user          INTEGER NOT NULL,
    client_msg_id TEXT,
    send_hash     BLOB,
    at            INTEGER NOT NULL,
    type          INTEGER NOT NULL,
    body          TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX chat_entry_seq ON chat_entry (room, seq);
CREATE UNIQUE INDEX chat_entry_key ON chat_entry (room, user, client_msg_id) WHERE client_msg_id IS NOT NULL;

CREATE TABLE chat_member (
    room INTEGER NOT NULL,
    user INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    _id  BLOB NOT NULL,
    at   INTEGER NOT NULL,
    PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX chat_member_seq ON chat_member (room, seq);
CREATE INDEX chat_member_user ON chat_member (user, room);
)"}
};

}  // namespace wgw::chat
