"""client.py URL MODE: python-socketio against /lab of a server under test. Prints what happened as one line of JSON."""

import json
import sys
import threading

import socketio

url, mode = sys.argv[1:]
client = socketio.Client(reconnection=False)
result, answered, left = {"events": []}, threading.Event(), threading.Event()


@client.on("question", namespace="/lab")
def question(*args):
    return b"answer", [len(a) if isinstance(a, bytes) else a for a in args]


@client.on("answered", namespace="/lab")
def on_answered(data):
    result["answered"] = [v.decode() if isinstance(v, bytes) else v for v in data["values"]]
    answered.set()


@client.on("disconnect", namespace="/lab")
def on_disconnect(*_):
    left.set()


transports = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": ["polling", "websocket"]}[mode]
client.connect(url, transports=transports, namespaces=["/", "/lab"], auth={"token": "x"}, wait_timeout=5)
result["auth"] = client.call("handshake", namespace="/lab", timeout=5)["auth"]
echoed = client.call("message-with-ack", ("text", b"\x00\x01", {"deep": b"\xff"}), timeout=5)
result["echoed"] = [str(v) for v in echoed]
client.emit("ask", ({"timeout": 5000}, "x", b"123"), namespace="/lab")
answered.wait(5)
result["transport"] = client.transport()
client.emit("kick", False, namespace="/lab")
result["left"] = left.wait(5)
client.disconnect()
print(json.dumps(result))
