"""A browser without a screen: Chromium, by its DevTools protocol over a web socket (RFC 6455)."""
import base64
import itertools
import json
import os
import socket
import struct
import subprocess
import urllib.request

from common.gateway import end, ended_by, wait_for

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
         "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0", "--hide-scrollbars"]


class WebSocket:
    """Texts to and from a server."""

    def __init__(self, host, port, path):
        self.sock = socket.create_connection((host, port), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(("GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n" % (path, host, port, key)).encode())
        self.stream = self.sock.makefile("rb")
        assert b" 101 " in self.stream.readline()
        while self.stream.readline() != b"\r\n":
            pass

    def send(self, text):
        data, mask = text.encode(), os.urandom(4)
        head = bytes([0x81]) + (bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0xfe]) + struct.pack(">H", len(data))
                                if len(data) < 65536 else bytes([0xff]) + struct.pack(">Q", len(data)))
        self.sock.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def receive(self):
        text = b""
        while True:
            first, second = self.stream.read(2)
            size = second & 0x7f
            if size > 125:
                size = struct.unpack(">H" if size == 126 else ">Q", self.stream.read(2 if size == 126 else 8))[0]
            data = self.stream.read(size)
            if first & 0xf < 3:
                text += data
            if first & 0x80 and first & 0xf < 3:
                return text.decode()

    def close(self):
        self.stream.close()
        self.sock.close()


class Browser:
    """One page."""

    def __init__(self, folder):
        self.folder, self.process, self.socket = str(folder), None, None
        self.ids, self.said = itertools.count(1), []

    def __enter__(self):
        with open(os.path.join(self.folder, "browser.log"), "wb") as log:
            self.process = subprocess.Popen(["chromium", *FLAGS, "--user-data-dir=" + os.path.join(self.folder, "profile"), "about:blank"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        with ended_by(self.__exit__):
            self._open()
        return self

    def _open(self):
        port_file = os.path.join(self.folder, "profile", "DevToolsActivePort")
        wait_for("the browser", lambda: os.path.exists(port_file) and os.path.getsize(port_file), step=0.1)
        with open(port_file, encoding="ascii") as f:
            port = int(f.readline())
        with urllib.request.urlopen("http://127.0.0.1:%d/json/list" % port, timeout=60) as answer:
            page = [t for t in json.load(answer) if t["type"] == "page"][0]
        self.socket = WebSocket("127.0.0.1", port, page["webSocketDebuggerUrl"].split(str(port), 1)[1])
        for what in ("Page.enable", "Runtime.enable", "Log.enable", "Accessibility.enable"):
            self.do(what)

    def __exit__(self, *_):
        if self.socket:
            self.socket.close()
        end(self.process)

    def do(self, method, **parameters):
        number = next(self.ids)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == number:
                assert "error" not in message, (method, message)
                return message["result"]
            self.said.append(message)

    def run(self, script):
        """The value of an expression on the page; a promise is waited for."""
        result = self.do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, (script, result["exceptionDetails"])
        return result["result"].get("value")

    def wait(self, script, timeout=60):
        return wait_for(script, lambda: self.run(script), timeout, 0.1)

    def size(self, width, height, mobile=False):
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def picture(self, path):
        data = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def press(self, key, code=0, text=""):
        for kind in ("keyDown", "keyUp"):
            self.do("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                    **({"text": text} if text and kind == "keyDown" else {}))

    def names(self, role):
        """What a screen reader says of every node of the role."""
        nodes = self.do("Accessibility.getFullAXTree")["nodes"]
        return [n.get("name", {}).get("value", "") for n in nodes if not n.get("ignored") and n.get("role", {}).get("value") == role]

    def complaints(self):
        """Errors of scripts, and what the browser refused."""
        self.run("1")
        return [m["params"] for m in self.said if m.get("method") == "Runtime.exceptionThrown"
                or (m.get("method") == "Log.entryAdded" and m["params"]["entry"]["level"] == "error")]
