#!/usr/bin/env python3
"""A chat client: chat.py USERNAME PASSWORD [ROOM_ID] [URL]   (Debian: python3-socketio python3-requests python3-websocket)

Signs up or in, joins the room or makes one, prints what is said there, and sends each line of standard input.
"""
import sys
import threading
import uuid

import requests
import socketio

words = sys.argv[1:]
url = next((word for word in words if "://" in word), "http://localhost:3000")
username, password, *rest = [word for word in words if "://" not in word] if len(words) > 1 else sys.exit(__doc__)
headers = {}
last = 0
in_turn = threading.RLock()  # each event is heard on a thread of its own


def complain(kind, error, trace):
    text = f"{url} does not answer" if isinstance(error, requests.ConnectionError) else error
    print(f"chat.py: {text}", file=sys.stderr)


sys.excepthook = complain


def call(method, path, body=None, or_else=None):
    reply = requests.request(method, f"{url}/api/v1/{path}", json=body, headers=headers, timeout=10)
    data = reply.json().get("data")
    if reply.status_code == 422 and or_else:
        return or_else()
    if reply.status_code >= 400:
        raise RuntimeError(data["message"] if isinstance(data, dict) else data)
    return data


def sign_in():
    return call("POST", "auth/sign-in", {"username": username, "password": password})


account = call("POST", "auth/sign-up", {"first_name": username, "username": username, "password": password}, or_else=sign_in)
headers["authorization"] = f"Bearer {account['access']}"
room_id = rest[0] if rest else call("POST", "chat/rooms", {"name": f"Room of {username}"})["_id"]
if rest:
    call("POST", "chat/rooms/join", {"room_id": room_id})
print(f"room {room_id}", flush=True)
client = socketio.Client()


def show(message):
    global last
    last = message["seq"]
    print(f"{(message['user'] or {}).get('username')}: {message['content']}", flush=True)


def fetch(page):
    for message in page["items"]:
        show(message)
    return page["next"]


def catch_up():
    """What was said behind `last`, also while there was no connection."""
    with in_turn:
        position = last
        while position is not None:
            try:
                position = fetch(call("GET", f"chat/rooms/{room_id}/messages?after={position}&limit=200"))
            except (requests.RequestException, RuntimeError):
                client.sleep(0.5)


@client.on("connect")
def connected():
    print("connected", flush=True)
    catch_up()


@client.on("chat.message.receive")
def receive(message):
    with in_turn:
        if message["room_id"] == room_id and message["seq"] == last + 1:
            show(message)
        elif message["room_id"] == room_id and message["seq"] > last:
            catch_up()


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
            raise RuntimeError(f"refused: {reply['data']}")
        client.sleep(reply["data"].get("retry_after_ms", 0) / 1000)


fetch(call("GET", f"chat/rooms/{room_id}/messages?limit=20"))
client.connect(url, auth={"token": account["access"]}, wait_timeout=10)
for line in sys.stdin:
    send(line.rstrip("\n"))
client.sleep(0.2)
client.disconnect()
