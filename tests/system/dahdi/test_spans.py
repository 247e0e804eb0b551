"""Spans of the real driver come up, go and come back; nothing else suffers."""
import subprocess

import pytest

import kernel
import lines
from common.gateway import binary, wait_for


@pytest.mark.parametrize("kind", ["e1", "t1"])
def test_pair_comes_up(gateway, kind):
    one = gateway(lines.pair(1, kind))
    assert kernel.spans() == ["1:0", "1:1"]
    for name in ("u1", "n1"):
        span, trunk = one.span(name), one.trunk(name)
        assert (span["driver"], span["type"], span["alarms"]) == ("dahdi", kind, "ok")
        assert (trunk["layer2"], trunk["idle"]) == ("up", lines.TYPES[kind]["n"])


def test_detect_lists_spans(gateway):
    gateway(lines.pair(1), lines.pair(2, "t1"))
    said = subprocess.run([binary(), "--detect"], capture_output=True, text=True, timeout=120, check=False)
    assert said.returncode == 0, said
    for word in ("1:0", "1:1", "2:0", "2:1"):
        assert word in said.stdout, said.stdout


def test_detect_without_a_driver():
    kernel.unload()
    try:
        said = subprocess.run([binary(), "--detect"], capture_output=True, text=True, timeout=120, check=False)
    finally:
        kernel.load()
    assert "modprobe" in said.stdout + said.stderr, said


def test_stop_takes_the_dynamic_spans_away(gateway):
    one = gateway(lines.pair(1))
    one.fill("u1", 5)
    assert one.stop() == 0
    assert kernel.spans() == []


def test_card_that_comes_after_the_start(gateway):
    kernel.unload()
    try:
        one = gateway(lines.pair(1), up=False)
        assert one.span("u1")["alarms"] == "absent"
        assert one.trunk("u1")["layer2"] == "down"
    finally:
        kernel.load()
    one.wait_trunks(15)
    one.fill("u1", 3)
    one.clear_all()


def _taken(one, n):
    """Two pairs with n calls each; the span n1 is taken from under its calls."""
    one.fill("u1", n)
    one.fill("u2", n)
    kernel.take_span("1:1")
    wait_for("the span absent", lambda: "absent" in one.span("n1")["alarms"], 5)
    wait_for("the calls on it gone", lambda: one.busy("n1") == 0 and one.busy("u1") == 0, 15)


def test_span_taken_away_in_calls(gateway):
    """Its calls end with 27, destination out of order; those of the other pair go on; it comes back by itself."""
    one = gateway(lines.pair(1), lines.pair(2))
    _taken(one, 10)
    assert one.busy("u2") == one.busy("n2") == 10
    assert len(one.ended(r"trunk n1 .*answered, cause 27 ")) == 10, one.ended("")
    kernel.give_span("1:1")
    one.settle("n1")
    one.fill("u1", 10)
    assert one.busy("u2") == 10
    assert not one.ended("trunk u2 ")
    one.clear_all()


def test_span_destroyed_and_made_again(gateway):
    """Once nobody has it open the span can be destroyed altogether; the gateway makes its own anew."""
    one = gateway(lines.pair(1), lines.pair(2))
    _taken(one, 3)
    wait_for("the span no longer open", lambda: kernel.destroy("1:1"), 5)
    one.settle("n1")
    one.fill("u1", 3)
    assert one.busy("u2") == 3
    one.clear_all()


def test_all_spans_lost_and_back(gateway):
    """120 channels in calls; every call is cleared, and all channels can be filled again."""
    one = gateway(lines.pair(1), lines.pair(2))
    for trunk in ("u1", "u2"):
        one.fill(trunk, 30)
    for address in kernel.spans():
        kernel.take_span(address)
    wait_for("every call gone", one.idle, 15)
    assert len(one.ended(r"answered, cause 27 ")) == 120
    for address in ("1:0", "1:1", "2:0", "2:1"):
        kernel.give_span(address)
    for trunk in ("u1", "u2"):
        one.settle(trunk)
        one.fill(trunk, 30)
    one.clear_all()
