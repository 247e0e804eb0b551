"""`why CALL`: a dozen ends of calls, each made on purpose and told in plain words."""
import json
import re
import socket

import pytest
from common.gateway import wait_for
from common.sip import sdp


def newest(gateway):
    """The number of the newest call that has ended; 0: none has."""
    return max((c["id"] for c in gateway.cli.json("calls recent")), default=0)


@pytest.fixture(autouse=True)
def calls_before(gateway):
    """The gateway is shared: what earlier tests called is not meant."""
    _seen[gateway.ports.cli] = newest(gateway)


_seen = {}  # by gateway: the newest call before this test


def last_call(gateway, after=None, **of):
    """The newest ended call of this test that has these values; after: and a number beyond that."""
    def look():
        least = _seen.get(gateway.ports.cli, 0) if after is None else after
        return [c for c in gateway.cli.json("calls recent") if c["id"] > least and all(c[k] == v for k, v in of.items())]
    return wait_for("an ended call with %r" % of, look)[0]["id"]


def why(gateway, number):
    """All of it as text, and the same as a value."""
    value = json.loads(gateway.cli.run("why %d json" % number))
    text = gateway.cli.run("why %d" % number)
    assert value["steps"][0] in text
    return text


@pytest.mark.parametrize("number, end, meaning", [
    ("603", "ended by the called side, with cause 17 user busy", "Whoever was called is busy"),
    ("604", "with cause 34 no circuit/channel available", "No channel was free"),
    ("606", "with cause 1 unallocated", "The number is not in use"),
    ("610", "with cause 21 call rejected", "The call was rejected"),
    ("611", "with cause 42 switching equipment congestion", "An exchange on the way is overloaded"),
    ("999", "ended by the gateway, with cause 1", "No route takes that number from there"),
])
def test_end_that_the_other_side_or_the_routes_say(gateway, number, end, meaning):
    with gateway.phone() as phone:
        phone.call(number, sdp(4000)).refused()
    gateway.wait_idle()
    text = why(gateway, last_call(gateway, called=number, **{"from": "peer phones"}))
    assert "100 called %s, from peer phones." % number in text
    assert end in text and "That means: " + meaning in text and "What helps: " in text, text


@pytest.mark.parametrize("status, reason, meaning", [
    (403, "Forbidden", "The peer forbids this call"), (404, "Not Found", "The peer knows no such number"),
    (488, "Not Acceptable Here", "no codec in common"), (486, "Busy Here", "Whoever was called is busy"),
    (480, "Temporarily Unavailable", "Whoever was called is not there")])
def test_final_response_of_sip(gateway, phone, status, reason, meaning):
    before = newest(gateway)
    gateway.originate("trunk exchange 200")
    call = phone.answer_call()
    call.reply(call.invite_in, status, reason)
    call.wait_request("ACK")
    text = why(gateway, last_call(gateway, before, called="200", to="peer phones"))
    assert "peer phones said: %d %s" % (status, reason) in text, text
    assert meaning in text, text


def test_caller_gives_up_while_it_rings(gateway):
    with gateway.phone() as phone:
        call = phone.call("605", sdp(4000))
        call.response(180)
        call.cancel()
        call.refused()
    gateway.wait_idle()
    text = why(gateway, last_call(gateway, called="605", **{"from": "peer phones"}))
    assert re.search(r"It rang after \d+\.\d", text) and "ended by the caller" in text
    assert "The caller hung up before there was an answer" in text


def test_answered_call_and_one_that_is_up(gateway):
    with gateway.phone() as phone, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        mute.settimeout(60)
        call = phone.call("600", sdp(mute.getsockname()[1]))
        call.answered()
        up = [c for c in gateway.cli.json("calls") if c["from"] == "peer phones"][0]["id"]
        assert "It is up: active." in why(gateway, up)
        mute.recv(2000)
        call.bye()
    gateway.wait_idle()
    text = why(gateway, up)
    assert "It took route out for number 600." in text and "It was sent to trunk pstn, number 600." in text
    assert re.search(r"It was answered after \d+\.\d", text) and re.search(r"They were connected for \d+\.\d", text), text
    assert "No sound came from peer phones, though some was sent there." in text
    assert "address translation" in text


def test_peer_that_is_silent(gateway):
    """A socket that takes INVITEs and says nothing, until timer B (4 s here) has run out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.2", gateway.ports.dead))
        gateway.originate("trunk exchange 300")
        text = why(gateway, last_call(gateway, called="300", to="peer dead"))
    assert "From peer dead nothing came, though it was asked" in text, text
    assert "The other side never answered" in text


def test_no_channel_and_span_cut(gateway, rtp):
    with gateway.phone() as phone:
        first = phone.call("700", sdp(rtp().port))
        first.answered()
        phone.call("700", sdp(4000)).refused()
        text = why(gateway, last_call(gateway, called="700", **{"from": "peer phones"}))
        assert "It could not go there: trunk narrow: no free channel." in text
        assert "Every channel of the trunk was in use or out of service" in text
        first.bye()
        gateway.wait_idle()
        before = newest(gateway)
        try:
            gateway.cli.run("test span e1-3 cut")
            wait_for("the alarm", lambda: not all(t["span_ok"] for t in gateway.cli.json("trunks")))
            phone.call("700", sdp(4000)).refused()
            text = why(gateway, last_call(gateway, before, called="700", **{"from": "peer phones"}))
            assert "trunk narrow: span alarm" in text and "`show alarms`" in text, text
        finally:
            gateway.cli.run("test span e1-3 restore")
            gateway.wait_trunks()
            gateway.wait_idle()


def test_call_that_is_not_known(gateway):
    assert "there is no call 4000000000, nor is it among the last ones" in gateway.cli.run("why 4000000000")


def test_rule_against_fraud(own):
    gateway = own(extra="fraud few\n called 602\n calls-per-hour 1\n")
    with gateway.phone() as phone:
        for _ in range(2):
            phone.call("602", sdp(4000)).response()
        text = why(gateway, last_call(gateway, 0, called="602", cause="21 call rejected"))
        assert "A rule against toll fraud refused the call" in text and "`unblock NAME`" in text, text
        gateway.clear_all()
