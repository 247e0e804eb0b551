"""Many calls, in a row and at once: all good, and nothing left of them. sipp is the caller."""
import os

from common import ports
from common.gateway import wait_for
from common.sip import sdp


def _sanitized():
    """A sanitizer keeps freed memory."""
    return any(s in os.environ.get("CROSSPOINT", "") for s in ("address", "thread"))


def test_two_hundred_calls_in_a_row(own):
    """Channels, ports, contexts: see conftest. Transactions and sessions go too, and memory stays."""
    gateway, rtp = own(), ports.block(2)
    gateway.sipp("call", calls=20, rtp=rtp, more=["-d", 20, "-r", 20, "-l", 10]).finish(30)
    gateway.wait_idle()
    memory, descriptors = gateway.memory_kb(), gateway.descriptors()
    gateway.sipp("call", calls=200, rtp=rtp, more=["-d", 20, "-r", 20, "-l", 10]).finish(50)
    gateway.wait_idle()
    wait_for("no SIP transaction left", lambda: gateway.cli.json("version")["sip"]["transactions"] == 0, 8, 0.2)
    assert gateway.cli.json("version")["sip"]["sessions"] == 0
    assert _sanitized() or gateway.memory_kb() - memory < 2048
    assert gateway.descriptors() <= descriptors
    media = gateway.cli.json("media")
    assert media["contexts"] == media["terminations"] == media["ports_used"] == 0


def _thirty(gateway):
    """Thirty calls up at once, held for some seconds."""
    run = gateway.sipp("call", calls=30, rtp=ports.block(2), more=["-d", 3500, "-r", 30, "-l", 30])
    wait_for("thirty active channels", lambda: len([c for c in gateway.channels("active") if c["trunk"] == "pstn"]) == 30)
    return run


def test_thirty_calls_at_once(gateway):
    run = _thirty(gateway)
    media = gateway.cli.json("media")
    run.finish(30)
    assert media["contexts"] == 60  # each call is two: into the line, and the exchange's own
    gateway.wait_idle()


def test_thirty_calls_from_the_line_at_once(gateway):
    peer = gateway.sipp("answer", calls=30, port=gateway.ports.phone, rtp=ports.block(2))
    for _ in range(30):
        gateway.originate("trunk exchange 200 hold 2")
    peer.finish(30)
    gateway.wait_idle()


def test_one_call_more_than_there_are_channels(gateway):
    """The thirty-first meets 503, the thirty go on."""
    run = _thirty(gateway)
    with gateway.phone() as agent:
        assert agent.call("600", sdp(40000)).refused().status == 503
    run.finish(30)
