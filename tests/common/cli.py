"""A telnet client for the gateway's command line."""
import json
import re
import socket
import time

_PROMPT = re.compile(rb"(?:^|\n)[\w.-]+(?:\([\w -]+\))?[>#] ?$")
_TELNET = re.compile(rb"\xff(?:[\xfb-\xfe].|\xfa.*?\xff\xf0|[\xf0-\xfa])", re.S)


class CliError(Exception):
    """The command line said something that its caller did not want to hear."""


class Cli:
    def __init__(self, port, host="127.0.0.1", timeout=60):
        self.timeout = timeout
        self.sock = socket.create_connection((host, port), timeout=timeout)
        self.greeting = self._until_prompt()
        self.run("terminal length 0")
        self.run("enable")

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def until(self, pattern):
        """What is printed, up to the pattern: what comes by itself, between the prompts."""
        return self._until(re.compile(pattern.encode()), "no %s" % pattern)

    def _until_prompt(self):
        return self._until(_PROMPT, "no prompt")

    def _until(self, pattern, missing):
        data = b""
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline:
            got = self.sock.recv(65536)
            if not got:
                raise CliError("the gateway closed the command line: %r" % data[-200:])
            data += got
            text = _TELNET.sub(b"", data).replace(b"\r", b"").replace(b"\0", b"")
            if pattern.search(text):
                return text.decode("utf-8", "replace")
        raise CliError("%s after %r" % (missing, data[-200:]))

    def send(self, line):
        """Types the line and does not wait for its end."""
        self.sock.sendall(line.encode() + b"\r")

    def run(self, line):
        """What the command printed."""
        self.send(line)
        lines = self._until_prompt().split("\n")
        if lines and lines[0].rstrip().endswith(line.strip()):
            lines = lines[1:]  # the echo
        return "\n".join(lines[:-1]).strip("\n")

    def json(self, what):
        """`show WHAT json` as a value."""
        text = self.run("show %s json" % what)
        try:
            return json.loads(text)
        except ValueError as e:
            raise CliError("show %s json: %s in %r" % (what, e, text)) from e
