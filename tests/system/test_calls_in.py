"""From the line to SIP: `originate` calls from the exchange; peers answer, refuse, vanish."""
import re
import time

import pytest
from common.cli import Cli
from common.gateway import wait_for
from common.sip import sdp


def test_numbers_reach_the_peer_and_both_sides_clear(gateway, phone, rtp):
    gateway.originate("trunk exchange 200 caller 4930123456")
    call = phone.answer_call()
    invite = call.invite_in
    assert invite.start.startswith("INVITE sip:200@")
    assert "4930123456" in invite.get("From")
    assert invite.media()
    call.reply(invite, 180, "Ringing")
    wait_for("both channels alerting", lambda: len(gateway.channels("alerting")) == 2)
    call.reply(invite, 200, "OK", sdp(rtp().port))
    call.wait_request("ACK")
    active = wait_for("both channels active", lambda: len(gateway.channels("active")) == 2 and gateway.channels("active"))
    assert {c["trunk"]: c["direction"] for c in active} == {"pstn": "in", "exchange": "out"}
    call.bye()
    gateway.wait_idle()


def test_line_clears_an_answered_call(gateway, phone, rtp):
    gateway.originate("trunk exchange 200 hold 1")
    call = phone.answer_call()
    call.reply(call.invite_in, 200, "OK", sdp(rtp().port))
    call.wait_request("ACK")
    bye = call.bye_comes()
    assert re.search(r"Q\.850 *;.*cause=16", bye.get("Reason"))


def test_line_gives_up_while_it_rings(gateway, phone):
    """CANCEL, with the line's cause as its Reason; our 487 ends it (RFC 3261 9.1)."""
    since = gateway.mark()
    gateway.originate("trunk exchange 200")
    call = phone.answer_call()
    call.reply(call.invite_in, 180, "Ringing")
    wait_for("alerting", lambda: gateway.channels("alerting"))
    for c in gateway.cli.json("calls")[:1]:
        gateway.cli.run("clear call %s" % c["id"])
    cancel = call.wait_request("CANCEL")
    assert re.search(r"Q\.850 *;.*cause=16", cancel.get("Reason"))
    call.reply(cancel, 200, "OK")
    call.reply(call.invite_in, 487, "Request Terminated")
    call.wait_request("ACK")
    gateway.record("from trunk pstn .* to peer phones 200: failed, cause 16", since)


@pytest.mark.parametrize("status, reason, cause", [
    (486, "", 17), (404, "", 1), (480, "", 18), (603, "", 21), (503, "", 41), (488, "", 31),
    (480, "Q.850;cause=34", 34), (486, 'SIP;cause=486, Q.850;cause=19;text="no answer"', 19)])
def test_status_becomes_cause(gateway, phone, status, reason, cause):
    """RFC 3398 8.2.6.1; the trusted peer's Reason wins over its status (RFC 6432)."""
    since = gateway.mark()
    gateway.originate("trunk exchange 200")
    call = phone.answer_call()
    call.reply(call.invite_in, status, "No", extra=["Reason: " + reason] if reason else [])
    call.wait_request("ACK")
    gateway.record(r"to trunk exchange 200 .*: failed, cause %d " % cause, since)


def test_reason_of_a_peer_not_trusted_is_not_believed(gateway):
    since = gateway.mark()
    with gateway.agent("127.0.0.3", gateway.ports.strict) as strict:
        gateway.originate("trunk exchange 400")
        call = strict.answer_call()
        call.reply(call.invite_in, 480, "No", extra=["Reason: Q.850;cause=34"])
        call.wait_request("ACK")
        gateway.record(r"to trunk exchange 400 .*: failed, cause 18 ", since)


def test_bye_with_reason_reaches_the_line(gateway, phone, rtp):
    since = gateway.mark()
    gateway.originate("trunk exchange 200")
    call = phone.answer_call()
    call.reply(call.invite_in, 200, "OK", sdp(rtp().port))
    call.wait_request("ACK")
    wait_for("active", lambda: len(gateway.channels("active")) == 2)
    call.bye(extra=["Reason: Q.850;cause=31"])
    gateway.record(r"to trunk exchange 200 .*: answered, cause 31 ", since)


def test_peer_that_is_not_there(gateway):
    """ICMP says so at once; the log says which peer."""
    since = gateway.mark()
    gateway.originate("trunk exchange 300")
    line = gateway.record(r"from trunk pstn .*: failed", since)
    assert "dead" in line
    assert re.search(r"cause 27 ", line)


def test_peer_that_says_nothing(gateway, phone):
    """Timer B (4 s here): the INVITE is given up, and the line hears that the destination is out of order."""
    since = gateway.mark()
    gateway.originate("trunk exchange 200")
    phone.answer_call()
    assert phone.answer_call(), "sent again (Timer A)"
    gateway.record(r"to trunk exchange 200 .*: failed, cause 27 ", since)


def test_number_without_route_is_unallocated_to_the_line(gateway):
    since = gateway.mark()
    gateway.originate("trunk exchange 900")
    gateway.record(r"to trunk exchange 900 .*: failed, cause (1|3) ", since)


def test_silent_peer_is_given_up(gateway, phone):
    """Rings and never answers: the exchange's T301 (5 s) ends it, with CANCEL to the peer and cause 19."""
    since = gateway.mark()
    gateway.originate("trunk far-narrow 200")
    call = phone.answer_call()
    call.reply(call.invite_in, 180, "Ringing")
    cancel = call.wait_request("CANCEL")
    call.reply(cancel, 200, "OK")
    call.reply(call.invite_in, 487, "Request Terminated")
    call.wait_request("ACK")
    gateway.only(r"to trunk far-narrow 200 .*: failed, cause (19|102) ", since)


def test_answer_that_cannot_be_used_is_cleared(gateway, phone):
    """A 200 whose answer holds no codec of the offer: ACK, then BYE, and the line hears a cause."""
    gateway.originate("trunk exchange 200")
    call = phone.answer_call()
    call.reply(call.invite_in, 200, "OK", sdp(40000, "18"))
    call.wait_request("ACK")
    call.bye_comes()
    gateway.wait_idle()


def test_early_media_is_heard_before_answer(gateway, phone, rtp):
    """A peer's 183 with SDP opens the way back, over the line, to a caller who hears its sound, then its 486."""
    caller, callee = rtp(), rtp()
    callee.hum(1000)
    with gateway.agent() as other:
        out = other.call("680", sdp(caller.port))
        call = phone.answer_call()
        assert call.invite_in.start.startswith("INVITE sip:680@")
        callee.remote = call.invite_in.media()
        call.reply(call.invite_in, 183, "Session Progress", sdp(callee.port))
        assert out.response(183).media()
        wait_for("the tone", lambda: [s for s in caller.samples() if abs(s) > 5000])
        call.reply(call.invite_in, 486, "Busy Here")
        call.wait_request("ACK")
        assert out.refused().status == 486


def test_originate_through_a_peer(gateway, phone, rtp):
    """originate needs no trunk: a line of ours calls a peer."""
    party = rtp()
    gateway.originate("peer phones 200 line milliwatt hold 2")
    call = phone.answer_call()
    party.remote = call.invite_in.media()
    call.reply(call.invite_in, 200, "OK", sdp(party.port))
    call.wait_request("ACK")
    wait_for("the milliwatt", lambda: [s for s in party.samples() if abs(s) > 8000])
    call.bye_comes()


def test_originate_tells_how_it_goes(gateway, phone, rtp):
    with Cli(gateway.ports.cli) as session:
        session.send("originate trunk exchange 200")
        call = phone.answer_call()
        call.reply(call.invite_in, 180, "Ringing")
        told = session.until("alerting")
        call.reply(call.invite_in, 200, "OK", sdp(rtp().port))
        call.wait_request("ACK")
        told += session.until("answered")
        call.bye()
        told += session.until("ended: .*\n")
    number = re.search(r"call (\d+): to 200 through trunk exchange", told).group(1)
    said = re.findall(r"call %s: (proceeding|alerting|answered|ended: cause \d+)" % number, told)
    assert said == ["proceeding", "alerting", "answered", "ended: cause 16"], told


def test_originate_outlives_its_session(gateway, phone, rtp):
    with Cli(gateway.ports.cli) as session:
        session.send("originate trunk exchange 200 hold 5")
        call = phone.answer_call()
    call.reply(call.invite_in, 180, "Ringing")
    answered = time.monotonic()
    call.reply(call.invite_in, 200, "OK", sdp(rtp().port))
    call.wait_request("ACK")
    call.bye_comes()
    assert time.monotonic() - answered > 4.5  # not by the session's end
