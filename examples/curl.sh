#!/usr/bin/env bash
# The whole REST side in curl: curl.sh [URL]. Each command is printed before it runs; needs curl and jq.
set -euo pipefail
url=${1:-http://localhost:3000}
run=$RANDOM$RANDOM

# call METHOD PATH [TOKEN [BODY]]: prints a call and its answer, which is left in $reply. Fails on any status from 400 on.
call() {
    local options=(--silent --show-error --fail-with-body --max-time 10 -X "$1")
    [[ -z ${3:-} ]] || options+=(-H "authorization: Bearer $3")
    [[ -z ${4:-} ]] || options+=(-H 'content-type: application/json' -d "$4")
    echo "\$ curl -X $1 '$url$2' ${3:+-H 'authorization: Bearer …' }${4:+-H 'content-type: application/json' -d '$4'}"
    reply=$(curl "${options[@]}" "$url$2") || { echo "$reply" >&2 && exit 1; }
    jq . <<<"$reply"
}

# Two accounts. An answer is {success, timestamp, data}.
call POST /api/v1/auth/sign-up '' "{\"first_name\":\"Grace\",\"username\":\"grace-$run\",\"password\":\"a long password\"}"
grace=$(jq -r .data.access <<<"$reply")
call POST /api/v1/auth/sign-up '' "{\"first_name\":\"Alan\",\"username\":\"alan-$run\",\"password\":\"a long password\"}"
alan=$(jq -r .data.access <<<"$reply")

# Grace makes a room and is its first member; Alan joins.
call POST /api/v1/chat/rooms "$grace" '{"name":"Engines"}'
room=$(jq -r .data._id <<<"$reply")
call POST /api/v1/chat/rooms/join "$alan" "{\"room_id\":\"$room\"}"
call GET "/api/v1/chat/rooms/$room/members" "$grace"

# A message with a key. Repeated with the same key it is stored once, and the answer says "duplicate": true.
message='{"content":"Hello, Alan.","client_msg_id":"hello-1"}'
call POST "/api/v1/chat/rooms/$room/messages" "$grace" "$message"
call POST "/api/v1/chat/rooms/$room/messages" "$grace" "$message"

# Reading: everything (oldest first), as a plain array. With a paging parameter it is {items, next}.
call GET "/api/v1/chat/rooms/$room/messages" "$alan"
seen=$(jq '.data[-1].seq' <<<"$reply")

# Catching up: Alan was away, and asks for what comes after the last number he has seen.
call POST "/api/v1/chat/rooms/$room/messages" "$grace" '{"content":"Where were we?","client_msg_id":"hello-2"}'
call GET "/api/v1/chat/rooms/$room/messages?after=$seen&limit=200" "$alan"
