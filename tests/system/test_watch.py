"""`watch channels`: a screen of all timeslots that follows what happens, and ends with a key."""
import re
import time

from common.cli import Cli


def rows(text):
    """The last state of each row on the screen, by the span's name, as plain text."""
    found = {}
    for row in re.findall(r"\x1b\[\d+;1H(e1-\d[^\r\n]*?)\x1b\[K", text):
        plain = re.sub(r"\x1b\[[\d;]*m", "", row)
        found[plain.split()[0]] = plain
    return found


def test_screen_follows_a_call_and_a_cut(gateway):
    with Cli(gateway.ports.cli) as session:
        session.send("watch channels")
        first = rows(session.until(r"\x1b\[\d+;1He1-6"))
        assert first["e1-1"][17:32] == "." * 15 and first["e1-1"][32] == " ", first
        gateway.originate("trunk pstn 600 hold 30")
        text = session.until(r"\x1b\[1;32mA\x1b\[0m")
        assert "e1-3" not in rows(text)  # rows that stay are not written again
        assert rows(text)["e1-1"][17:].startswith("A")
        session.send("")  # only a character counts
        session.sock.sendall(b"q")
        ended = session.until("No more channels are watched")
        assert "\x1b[?1049l" in ended
        assert "crosspoint" in session.run("show version")
    gateway.clear_all()


def test_plain_screen_has_no_colours_and_ends_with_its_session(gateway):
    with Cli(gateway.ports.cli) as session:
        session.send("watch channels plain")
        text = session.until(r"\x1b\[\d+;1He1-6")
        assert not re.search(r"\x1b\[[\d;]*m", text)
    time.sleep(1.5)
    assert gateway.cli.json("version")
