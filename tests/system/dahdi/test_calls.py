"""Calls over the real driver: sound bit for bit, D channels that come and go, many calls."""
import signal
import time

import pytest

import kernel
import lines
from common.cli import Cli
from common.gateway import wait_for
from conftest import LONG, say


@pytest.mark.parametrize("kind", ["e1", "t1"])
def test_sound_is_bit_for_bit(gateway, peer, kind):
    """A pattern from an independent far end, through our echo line and back."""
    gateway(lines.alone("network", kind), up=False)
    got = peer("pattern", "600", 5, kind=kind).result()
    assert got["answered"] == 1 and got["cause"] == 16, got
    assert got["octets"] > 4 * 8000, got
    assert got["bit_errors"] == 0 and got["slips"] == 0, got
    say("delay of %s, in from the line and out again" % kind, "%.1f ms" % got["delay_ms"])


def test_bit_errors_through_the_cable(gateway):
    """Our own test of a channel, with the far end looped."""
    one = gateway(lines.pair(1))
    for channel in ("u1/5", "n1/5"):
        assert "%" not in one.cli.run("lock channel %s no-graceful" % channel)
    assert "%" not in one.cli.run("test channel n1/5 loopback")
    assert "%" not in one.cli.run("test channel u1/5 bert prbs15 5")
    def result():
        return next(r for r in one.cli.json("tests") if r["channel"] == "u1/5")
    wait_for("the end of the test", lambda: result()["state"] == "done", 20, 0.2)
    row = result()
    assert row["bits"] > 200000 and row["errors"] == 0 and row["losses"] == 0, row


def test_set_up_time(gateway, peer):
    """Of a hundred calls in a row from an independent far end; beside it, two such ends without us."""
    gateway(lines.alone("network"), up=False)
    got = peer("calls", "600", 100).result()
    assert got["answered"] == 100 and got["failed"] == 0, got
    say("set-up to connect through the gateway, mean and longest", "%(mean_ms).1f %(max_ms).1f ms" % got)


def test_set_up_time_of_libpri_alone(peer):
    far = peer("answer", side="network", address="e:1")
    got = peer("calls", "600", 100, address="e:0").result()
    far.stop()
    kernel.destroy_all()
    assert got["answered"] == 100, got
    say("the same, libpri alone", "%(mean_ms).1f %(max_ms).1f ms" % got)


def test_calls_to_an_independent_exchange(gateway, peer):
    one = gateway(lines.alone("user"), up=False)
    far = peer("answer", side="network")
    one.settle("p")
    one.fill("p", 30, "123")
    one.clear_all()
    got = far.stop()
    assert got["taken"] == 30 and got["downs"] == 0, got


def test_d_channel_lost_and_back_in_calls(gateway, peer):
    """Active calls survive a short loss of the D channel at both ends (Q.931 5.8.9, T309 90 s)."""
    one = gateway(lines.alone("user"), up=False)
    far = peer("answer", side="network")
    one.settle("p")
    one.fill("p", 5, "123")
    far.process.send_signal(signal.SIGSTOP)
    wait_for("the D channel down", lambda: one.trunk("p")["layer2"] != "up", 30, 0.2)
    assert one.busy("p") == 5
    far.process.send_signal(signal.SIGCONT)
    one.wait_trunks(20)
    time.sleep(2)
    assert one.busy("p") == 5
    one.clear_all()
    got = far.stop()
    assert got["taken"] == 5, got
    assert len(one.ended("trunk p .*answered, cause 16 ")) == 5


def test_cable_cut_and_mended_in_a_call(gateway):
    """The far end's span goes until ours is in alarm, and comes back; then calls go through as before."""
    one = gateway(lines.pair(1))
    one.fill("u1", 4)
    kernel.take_span("1:1")
    wait_for("red at the other end", lambda: one.span("u1")["alarms"] != "ok", 10)
    kernel.give_span("1:1")
    one.settle("n1")
    one.fill("u1", 4)
    one.clear_all()


def test_killed_gateway(gateway, peer):
    """The far end sees its D channel go down, and up again with the next gateway; no span needs a hand."""
    one = gateway(lines.alone("user"), up=False)
    far = peer("answer", side="network")
    one.settle("p")
    one.fill("p", 5, "123")
    one.kill()
    time.sleep(15)  # layer 2 polls after T203, 10 s, and gives up after N200 times T200
    two = gateway(lines.alone("user", restart=True))
    two.settle("p")
    two.fill("p", 5, "123")
    two.clear_all()
    got = far.stop()
    assert got["downs"] >= 1 and got["taken"] == 10, got


def _hold(one, seconds):
    """Late ticks and slips meanwhile."""
    def counts():
        return one.cli.json("media")["late_ticks"], sum(s["slips"] for s in one.cli.json("spans"))
    time.sleep(1)  # what came late while channels were opened has been made good
    before = counts()
    time.sleep(seconds)
    return tuple(now - then for now, then in zip(counts(), before))


def test_four_spans_full(gateway):
    """120 channels: filled, held, cleared; meanwhile the media thread keeps time."""
    one = gateway(lines.pair(1), lines.pair(2))
    one.fill("u1", 30)
    one.fill("u2", 30)
    late, slips = _hold(one, 5)
    assert [one.busy(t) for t in ("u1", "n1", "u2", "n2")] == [30] * 4
    assert one.cli.json("media")["contexts"] == 120
    say("four spans full: late ticks and slips in 5 s", "%d, %d" % (late, slips))
    assert slips < 12  # here and there a channel's reserve still grows by a block; more is a thread that comes late
    one.clear_all()


def _many(one, trunks, calls, at_once):
    """So many calls, some at once on each trunk; seconds."""
    begun, placed = time.monotonic(), 0
    with Cli(one.cli_port, timeout=30) as session:
        while placed < calls:
            for trunk in trunks:
                for _ in range(at_once):
                    said = session.run("originate trunk %s 600 line quiet hold 1" % trunk)
                    assert "%" not in said, said
                placed += at_once
            wait_for("room", lambda: not one.cli.json("calls"), 20, 0.1)
    one.wait_idle(20)
    return time.monotonic() - begun


@pytest.mark.limit(1200)
def test_many_calls(gateway):
    """Every one is answered, none sticks."""
    calls = 7200 if LONG else 1200
    one = gateway(lines.pair(1), lines.pair(2))
    took = _many(one, ("u1", "u2"), calls, 25)
    answered = one.ended(r"trunk u\d .*answered, cause 16 ")
    assert len(answered) == calls, "%d of %d" % (len(answered), calls)
    say("calls answered and cleared", "%d in %.0f s" % (calls, took))


@pytest.mark.skipif(not LONG, reason="a longer run: make check-dahdi LONG=1")
def test_eight_spans_full(gateway):
    """240 channels: the most that keep time under emulation."""
    one = gateway(*(lines.pair(i) for i in range(1, 5)))
    for i in range(1, 5):
        one.fill("u%d" % i, 30)
    late, slips = _hold(one, 20)
    assert one.cli.json("media")["contexts"] == 240
    say("eight spans full: late ticks and slips in 20 s", "%d, %d" % (late, slips))
    one.clear_all()
