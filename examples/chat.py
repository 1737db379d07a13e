#!/usr/bin/env python3
"""A chat client: chat.py USERNAME PASSWORD [ROOM_ID] [URL]   (Debian: python3-socketio python3-requests python3-websocket)

Signs up or in, joins the room or makes one, prints what is said there, and sends each line of standard input.
"""
import sys
import uuid

import requests
import socketio

username, password, *rest = sys.argv[1:]
given = rest[0] if rest else None
url = rest[1] if len(rest) > 1 else "http://localhost:3000"


def call(path, body, token=None):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return requests.post(f"{url}/api/v1/{path}", json=body, headers=headers, timeout=10)


account = call("auth/sign-up", {"first_name": username, "username": username, "password": password})
if account.status_code == 422:
    account = call("auth/sign-in", {"username": username, "password": password})
account.raise_for_status()
token = account.json()["data"]["access"]

room_id = given or call("chat/rooms", {"name": f"Room of {username}"}, token).json()["data"]["_id"]
if given:
    call("chat/rooms/join", {"room_id": room_id}, token).raise_for_status()
print(f"room {room_id}", flush=True)

client = socketio.Client()
client.on("connect", lambda: print("connected", flush=True))
client.on("chat.message.receive", lambda message: print(f"{(message['user'] or {}).get('username')}: {message['content']}", flush=True))
client.connect(url, auth={"token": token}, wait_timeout=10)


def send(content):
    """Repeats with the same key until there is an answer: the message is stored once, however often it is sent."""
    message = {"room_id": room_id, "content": content, "client_msg_id": str(uuid.uuid4())}
    while True:
        try:
            reply = client.call("chat.message.send", message, timeout=5)
        except (socketio.exceptions.TimeoutError, socketio.exceptions.BadNamespaceError):
            client.sleep(0.5)
            continue
        if reply["success"]:
            return
        if reply["data"].get("code") not in ("unavailable", "draining", "internal"):
            raise SystemExit(f"refused: {reply['data']}")


for line in sys.stdin:
    send(line.rstrip("\n"))
client.sleep(0.2)
client.disconnect()
