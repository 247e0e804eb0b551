"""`watch channels` and `watch call`: screens that follow what happens, scroll and fit the terminal, and end with q."""
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from common.cli import Cli, _TELNET
from common.gateway import binary, wait_for
from common.sip import sdp
from common.terminal import Terminal

UP, DOWN, PAGE_DOWN, HOME, END, RIGHT = b"\x1b[A", b"\x1b[B", b"\x1b[6~", b"\x1b[H", b"\x1b[F", b"\x1b[C"


class Screen:
    """A session that watches, and what its terminal shows."""

    def __init__(self, session, command):
        self.session, self.raw, self.terminal = session, b"", Terminal()
        session.send(command)
        self.until("the screen", lambda: self.terminal.line(" q: end"))

    def until(self, what, condition, timeout=60):
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, "%s is not on the screen: %r" % (what, self.terminal.text())
            if select.select([self.session.sock], [], [], 0.2)[0]:
                data = self.session.sock.recv(65536)
                assert data, "the session was closed"
                self.raw += data
                self.terminal.feed(_TELNET.sub(b"", data).decode().replace("\r\n", "\n"))
        return condition()

    def has(self, pattern):
        return self.until(pattern, lambda: re.search(pattern, "\n".join(self.terminal.text()), re.M))

    def line(self, begin, *wanted):
        return self.until("%s with %r" % (begin, wanted),
                          lambda: self.terminal.line(begin) if all(w in self.terminal.line(begin) for w in wanted) else None)

    def press(self, keys):
        self.session.sock.sendall(keys)

    def resize(self, width, height):
        self.press(b"\xff\xfa\x1f" + struct.pack("!HH", width, height).replace(b"\xff", b"\xff\xff") + b"\xff\xf0")

    def end(self, said):
        self.press(b"q")
        self.until("the end", lambda: said.encode() in self.raw)
        assert not self.terminal.alternate and self.terminal.cursor


@contextlib.contextmanager
def watching(gateway, command):
    with Cli(gateway.ports.cli, timeout=60) as session:
        yield Screen(session, command)


def test_grid_follows_a_call_and_ends_with_q_alone(gateway):
    with watching(gateway, "watch channels") as screen:
        first = screen.line("e1-1", "ok")
        assert first[17:32] == "." * 15 and first[32] == "D" and first[33:48] == "." * 15, first
        assert first[48:].strip() == "ok"
        before = len(screen.raw)
        gateway.originate("trunk pstn 600 hold 60")
        screen.until("a channel in use", lambda: screen.terminal.line("e1-1")[17] == "A")
        assert b"\x1b[1;32mA\x1b[0m" in screen.raw and b"e1-3" not in screen.raw[before:]  # rows that stay are not written again
        screen.press(b"x \r\t?" + DOWN)
        gateway.clear_all()
        screen.until("an idle channel", lambda: screen.terminal.line("e1-1")[17] == ".")
        assert screen.terminal.alternate
        screen.end("No more channels are watched")
        assert "crosspoint" in screen.session.run("show version")


def test_grid_shows_a_dead_d_channel_and_its_alarm(own):
    gateway = own()
    with watching(gateway, "watch channels plain") as screen:
        gateway.cli.run("test span e1-1 cut")
        screen.line("e1-1", "red")
        screen.until("a D channel that is down", lambda: screen.terminal.line("e1-1")[32] == "X")
        screen.until("channels that are down", lambda: screen.terminal.line("e1-1")[17] == "x")
        assert not re.search(rb"\x1b\[[\d;]*m", screen.raw)
        screen.end("No more channels are watched")


def test_screen_scrolls_and_fits(gateway):
    with watching(gateway, "watch channels") as screen:
        screen.resize(40, 6)  # three lines of head, two rows, and the last
        screen.line(" q: end   arrows, page keys: scroll   1-")
        assert len(screen.terminal.text()) == 6 and max(map(len, screen.terminal.text())) == 40
        assert screen.terminal.text()[3:5] == [screen.terminal.line("e1-1"), screen.terminal.line("e1-2")]
        assert screen.terminal.line("e1-1")[9:40].startswith("." * 15 + "D"), screen.terminal.line("e1-1")
        screen.press(DOWN)
        screen.until("the second", lambda: screen.terminal.text()[3].startswith("e1-2"))
        screen.press(END)
        screen.until("the last", lambda: screen.terminal.text()[4].startswith("e1-6"))
        screen.press(DOWN + UP)
        screen.until("the last but two", lambda: screen.terminal.text()[3].startswith("e1-4"))
        screen.press(HOME + RIGHT)
        screen.until("what is right of the name", lambda: screen.terminal.text()[3].startswith(" ....."))
        screen.resize(300, 60)
        screen.until("all rows", lambda: len(screen.terminal.text()) == 60 and " q: end " == screen.terminal.text()[59])
        screen.end("No more channels are watched")


def test_call_is_watched_from_ringing_to_its_end(gateway, phone, rtp):
    gateway.originate("trunk exchange 200 caller 4930123456")
    call = phone.answer_call()
    call.reply(call.invite_in, 180, "Ringing")
    number = wait_for("the call", lambda: [c for c in gateway.cli.json("calls") if c["to"] == "peer phones"])[0]["id"]
    with watching(gateway, "watch call %d" % number) as screen:
        screen.line("Call %d   alerting" % number, "since set-up 0:")
        screen.line("from  trunk pstn", "e1-1/", "4930123456")
        screen.line("to    peer phones", "200")
        screen.has(r"trunk pstn +-> isdn  SETUP from 4930123456 to 200")
        screen.has(r"peer phones +-> sip   180 Ringing$")
        call.reply(call.invite_in, 200, "OK", sdp(rtp().port))
        call.wait_request("ACK")
        screen.line("Call %d   active" % number, "since answer 0:")
        screen.line("tdm   e1-1/", "level in")
        screen.line("rtp   127.0.0.1", "PCMA", "level in")
        screen.line("      packets  in ", "  lost 0 ", "  late ", "  jitter ", "  buffer ")
        call.bye()
        screen.line("Call %d   ended" % number)
        screen.line("end   cause 16 normal call clearing (user), by the called side")
        screen.has(r"peer phones +-> sip   BYE ")
        screen.has(r"^That means: ")
        screen.press(b"\x1b[H")
        screen.has(r"^ +0\.000 ")
        screen.end("The call is watched no more")
        assert "there is no call 4000000000" in screen.session.run("watch call 4000000000")
    gateway.wait_idle()


def test_session_may_end_while_it_watches(gateway):
    with watching(gateway, "watch channels"):
        pass
    wait_for("fewer sessions, and an answer", lambda: gateway.cli.json("version"))


@pytest.fixture(name="client")
def a_client_at_a_terminal(gateway):
    """Starts `crosspoint --cli WORDS` at a terminal of that size."""
    made = []

    def make(width, height, *words):
        pid, fd = pty.fork()
        if not pid:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
            os.execv(binary(), [binary(), "--cli", "-c", gateway.config, *words])
        made.append((pid, fd))
        return fd
    yield make
    for pid, fd in made:
        os.close(fd)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def read_until(fd, terminal, what, condition, timeout=60):
    """All that has come by then, raw."""
    deadline, raw = time.monotonic() + timeout, b""
    while not condition(raw):
        assert time.monotonic() < deadline, "%s: %r %r" % (what, terminal.text(), raw[-300:])
        if select.select([fd], [], [], 0.2)[0]:
            try:
                data = os.read(fd, 65536)
            except OSError:  # its process has ended
                data = b""
            if not data:
                break
            raw += data
            terminal.feed(data.decode(errors="replace"))
    return raw


def test_client_tells_its_window_and_ends_with_the_screen(client):
    terminal = Terminal()
    fd = client(60, 8, "watch", "channels")
    read_until(fd, terminal, "a small screen", lambda _: len(terminal.text()) == 8 and terminal.line("e1-1"))
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))  # the terminal signals SIGWINCH
    read_until(fd, terminal, "a larger screen", lambda _: len(terminal.text()) == 30)
    os.write(fd, b"q")
    read_until(fd, terminal, "the end", lambda _: False)
    assert terminal.seen and not terminal.alternate and terminal.cursor


def test_client_refuses_a_screen_without_a_terminal(gateway):
    run = subprocess.run([binary(), "--cli", "-c", gateway.config, "watch", "channels"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1 and "ssh -t" in run.stderr, run
