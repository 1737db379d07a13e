#!/usr/bin/env bash
# The whole REST side in curl: curl.sh [URL]. Each command is printed before it runs; needs curl and jq.
set -euo pipefail
url=${1:-http://localhost:3000}
run=$RANDOM$RANDOM

# Prints a call and its answer; the answer is left in $reply. Fails on any status from 400 on.
call() {
    local method=$1 path=$2
    shift 2
    echo "\$ curl -X $method $url$path ${*//$'\n'/ }"
    reply=$(curl --silent --show-error --fail-with-body --max-time 10 -X "$method" "$url$path" -H 'content-type: application/json' "$@")
    jq --color-output . <<<"$reply"
}

# Two accounts. An answer is {success, timestamp, data}.
call POST /api/v1/auth/sign-up -d "{\"first_name\":\"Grace\",\"username\":\"grace-$run\",\"password\":\"a long password\"}"
grace=$(jq -r .data.access <<<"$reply")
call POST /api/v1/auth/sign-up -d "{\"first_name\":\"Alan\",\"username\":\"alan-$run\",\"password\":\"a long password\"}"
alan=$(jq -r .data.access <<<"$reply")

# Grace makes a room and is its first member; Alan joins.
call POST /api/v1/chat/rooms -H "authorization: Bearer $grace" -d '{"name":"Engines"}'
room=$(jq -r .data._id <<<"$reply")
call POST /api/v1/chat/rooms/join -H "authorization: Bearer $alan" -d "{\"room_id\":\"$room\"}"
call GET "/api/v1/chat/rooms/$room/members" -H "authorization: Bearer $grace"

# A message with a key. Repeated with the same key it is stored once, and the answer says "duplicate": true.
message='{"content":"Hello, Alan.","client_msg_id":"hello-1"}'
call POST "/api/v1/chat/rooms/$room/messages" -H "authorization: Bearer $grace" -d "$message"
call POST "/api/v1/chat/rooms/$room/messages" -H "authorization: Bearer $grace" -d "$message"

# Reading: everything (oldest first), or what comes after a number.
call GET "/api/v1/chat/rooms/$room/messages" -H "authorization: Bearer $alan"
call GET "/api/v1/chat/rooms/$room/messages?after=0&limit=10" -H "authorization: Bearer $alan"
