"""Many calls, in a row (sipp's) and at once: all good, and nothing left of them."""
from conftest import SANITIZED

from common import ports
from common.gateway import wait_for
from common.sip import sdp


def test_two_hundred_calls_in_a_row(own):
    """Channels, ports, contexts: see conftest. Transactions and sessions go too, and memory stays, once the history of calls
    and the libraries' pools have what they keep."""
    gateway, rtp = own(extra="history\n calls 10\n"), ports.block(2)
    gateway.sipp("call", calls=200, rtp=rtp, more=["-d", 20, "-r", 20, "-l", 10]).finish()
    gateway.wait_idle()
    memory, descriptors = gateway.memory_kb(), gateway.descriptors()
    gateway.sipp("call", calls=200, rtp=rtp, more=["-d", 20, "-r", 20, "-l", 10]).finish()
    gateway.wait_idle()
    wait_for("no SIP transaction left", lambda: gateway.sip_totals()["transactions"] == 0, step=0.2)
    assert SANITIZED or gateway.memory_kb() - memory < 1024
    assert gateway.descriptors() <= descriptors
    wait_for("nothing left in the media gateway",
             lambda: not any(gateway.cli.json("media")[k] for k in ("contexts", "terminations", "ports_used")))


def _active(gateway):
    """Active channels of our own end."""
    return [c for c in gateway.channels("active") if c["trunk"] == "pstn"]


def _thirty(gateway, phone, party):
    """Thirty calls up at once, until the test has seen them."""
    calls = [phone.call("600", sdp(party.port)) for _ in range(30)]
    for call in calls:
        call.answered()
    wait_for("thirty active channels", lambda: len(_active(gateway)) == 30)
    return calls


def test_thirty_calls_at_once(gateway, phone, rtp):
    calls = _thirty(gateway, phone, rtp())
    assert gateway.cli.json("media")["contexts"] == 60  # each call is two: into the line, and the exchange's own
    for call in calls:
        call.bye()


def test_thirty_calls_from_the_line_at_once(gateway, phone, rtp):
    party, calls = rtp(), []
    for _ in range(30):
        gateway.originate("trunk exchange 200")
        calls.append(phone.answer_call())
        calls[-1].reply(calls[-1].invite_in, 200, "OK", sdp(party.port))
        calls[-1].wait_request("ACK")
    wait_for("thirty active channels", lambda: len(_active(gateway)) == 30)
    for call in calls:
        call.bye()


def test_one_call_more_than_there_are_channels(gateway, phone, rtp):
    """The thirty-first meets 503, cause 34; the thirty go on."""
    since = gateway.mark()
    calls = _thirty(gateway, phone, rtp())
    got = phone.call("600", sdp(40000)).refused()
    assert got.status == 503
    assert "cause=34" in got.get("Reason")
    assert len(_active(gateway)) == 30
    for call in calls:
        call.bye()
    gateway.only(r"call \d+: from peer phones 100 .*: failed, cause 34 .*no free channel", since)
