"""From SIP to the line: what a caller sees of each test line, and what is left behind (nothing: see conftest)."""
import re

import pytest
from common import sound
from common.cli import Cli
from common.gateway import wait_for
from common.sip import Call, sdp


def offer(rtp, payloads="8 101"):
    return sdp(rtp.port, payloads)


def test_call_is_answered_and_cleared_by_the_caller(gateway, phone, rtp):
    since = gateway.mark()
    call = phone.call("600", offer(rtp()))
    assert call.answered().media()[1] in range(gateway.ports.media, gateway.ports.media + 200)
    wait_for("both ends active", lambda: len(gateway.channels("active")) == 2)
    busy = gateway.channels("active")
    assert sorted((c["name"], c["trunk"], c["direction"]) for c in busy) == [
        ("e1-1/1", "pstn", "out"), ("e1-2/1", "exchange", "in")]
    assert {c["called"] for c in busy} == {"600"}
    call.bye()
    assert "cause 16" in gateway.record(r"from peer phones 100 to trunk pstn 600 e1-1/1: answered", since)


def test_ringing_then_answer(gateway, phone, rtp):
    """180 while the line alerts, and then 200, in one dialog."""
    since = gateway.mark()
    call = phone.call("613", offer(rtp()))
    ringing = call.response(180, 183, 200)
    assert ringing.status == 180
    answer = call.answered()
    assert answer.get("To") == ringing.get("To")
    call.bye()
    assert "alerting after" in gateway.only("from peer phones 100 to trunk pstn 613 .*: answered, cause 16 ", since)


def test_ringing_reaches_the_caller_before_no_answer(gateway, phone, rtp):
    """Our T301 (5 s) runs out, and the exchange waits longer: cause 19, 480 (RFC 3398 7.2.4.1)."""
    since = gateway.mark()
    call = phone.call("605", offer(rtp()))
    assert call.response(180, 183).status == 180
    wait_for("an alerting channel", lambda: gateway.channels("alerting"))
    got = call.refused()
    assert got.status == 480
    assert re.search(r"Q\.850 *;.*cause=19", got.get("Reason"))
    gateway.only("from peer phones 100 to trunk pstn 605 .*: failed, cause 19 ", since)


@pytest.mark.parametrize("number, status, cause", [
    ("603", 486, 17), ("604", 503, 34), ("606", 404, 1), ("611", 503, 42), ("612", 500, 122)])
def test_cause_becomes_status(phone, rtp, number, status, cause):
    """RFC 3398 7.2.4.1; an unknown cause as its class; Retry-After is not ours to invent for a cause 34."""
    got = phone.call(number, offer(rtp())).refused()
    assert got.status == status
    assert re.search(r"Q\.850 *;.*cause=%d\b" % cause, got.get("Reason"))
    assert not got.get("Retry-After")


def test_rejection_by_the_user_is_603(phone, rtp):
    """RFC 3398 7.2.4.1: cause 21 is 403, but 603 from the user, as whom the test line speaks."""
    assert phone.call("610", offer(rtp())).refused().status == 603


def test_number_unknown_to_the_exchange_is_404(gateway, phone, rtp):
    since = gateway.mark()
    assert phone.call("699", offer(rtp())).refused().status == 404
    gateway.only(r"call \d+: from peer phones 100 to trunk pstn 699 .*: failed, cause 1 ", since)


def test_number_without_route_is_404_and_the_log_says_so(gateway, phone, rtp):
    since = gateway.mark()
    assert phone.call("999", offer(rtp())).refused().status == 404
    gateway.only(r"call \d+: from peer phones 100 to 999: failed, cause 1 .*no route", since)


def test_no_free_channel_is_503(gateway, phone, rtp):
    since = gateway.mark()
    first = phone.call("700", offer(rtp()))
    first.answered()
    got = phone.call("701", offer(rtp())).refused()
    assert got.status == 503
    assert re.search(r"Q\.850 *;.*cause=34", got.get("Reason"))
    assert not got.get("Retry-After")
    first.bye()
    gateway.only(r"call \d+: from peer phones 100 .*701.*: failed, cause 34 .*no free channel", since)


@pytest.mark.parametrize("payloads", ["18", "101", "96"])
def test_no_codec_in_common_is_488(gateway, phone, payloads):
    since = gateway.mark()
    assert phone.call("600", sdp(40000, payloads)).refused().status == 488
    gateway.only("peer phones: INVITE to 600 refused: 488 ", since)


def test_offer_without_audio_is_488(phone):
    body = sdp(40000).replace("m=audio 40000 RTP/AVP 8", "m=video 40000 RTP/AVP 31")
    assert phone.call("600", body).refused().status == 488


def test_stranger_is_refused(gateway):
    since = gateway.mark()
    with gateway.agent(host="127.0.0.9") as stranger:
        assert stranger.call("600", sdp(40000)).refused().status == 403
        gateway.only("request refused: 127.0.0.9", since)


def test_line_clears_with_bye_and_reason(gateway, phone, rtp):
    call = phone.call("607", offer(rtp()))
    call.answered()
    bye = call.bye_comes()
    assert re.search(r"Q\.850 *;.*cause=16", bye.get("Reason"))
    gateway.wait_idle()


def test_cancel_while_it_rings(gateway, phone, rtp):
    call = phone.call("605", offer(rtp()))
    call.response(180)
    call.cancel()
    assert call.refused().status == 487
    gateway.wait_idle()


def test_cancel_straight_after_invite(gateway, phone, rtp):
    call = phone.call("605", offer(rtp()))
    call.response(100, 180)
    call.cancel()
    assert call.refused().status == 487
    gateway.wait_idle()


def test_announcement_is_heard_before_clearing(gateway, phone, rtp):
    """DISCONNECT with progress indicator 8: 183 and sound until RELEASE, then the cause's status."""
    party = rtp()
    call = phone.call("609", offer(party))
    progress = call.response(183)
    assert progress.media()
    heard = wait_for("the announcement", lambda: [s for s in party.samples() if abs(s) > 1000])
    assert heard
    got = call.refused()
    assert got.status == 404
    gateway.wait_idle()


def test_offer_in_the_200_answer_in_the_ack(gateway, phone, rtp):
    """Delayed offer, RFC 3261 13.2.1: an INVITE without SDP."""
    party = rtp()
    call = phone.call("601", "")
    got = call.response()
    assert got.status == 200
    assert got.media()
    call.ack(sdp(party.port))
    wait_for("the milliwatt", lambda: [s for s in party.samples() if abs(s) > 8000])
    call.bye()
    gateway.wait_idle()


def test_invite_without_any_answer_in_the_ack_is_cleared(gateway, phone):
    call = phone.call("600", "")
    assert call.response().status == 200
    call.ack()
    call.bye_comes()
    gateway.wait_idle()


def test_hold_and_resume(gateway, phone, rtp):
    """RFC 3264 8.4: recvonly answers sendonly; nothing is sent to who holds with inactive; then all is back."""
    party = rtp()
    call = phone.call("601", offer(party))
    call.answered()
    wait_for("sound", lambda: len(party.packets) > 10)
    call.invite(sdp(party.port, "8", "inactive", version=2))
    assert "a=inactive" in call.answered().body
    wait_for("silence", lambda: not party.listen(0.4))
    assert not party.listen(0.4)
    call.invite(sdp(party.port, "8", "sendonly", version=3))
    assert "a=recvonly" in call.answered().body
    call.invite(sdp(party.port, "8", version=4))
    assert not re.search("a=(inactive|recvonly|sendonly)", call.answered().body)
    wait_for("sound again", lambda: [s for s in party.samples() if abs(s) > 8000])
    call.bye()


def test_reinvite_without_sdp_offers_again(phone, rtp):
    """RFC 3261 14.2: the gateway offers in its 200."""
    call = phone.call("600", offer(rtp()))
    call.answered()
    party = rtp()
    call.invite("")
    got = call.response()
    assert got.status == 200
    assert got.media()
    call.ack(sdp(party.port, "8"))
    wait_for("sound at the new port", lambda: len(party.packets) > 5)
    call.bye()


def test_reinvite_that_cannot_be_met_leaves_the_call_as_it_was(phone, rtp):
    party = rtp()
    call = phone.call("601", offer(party))
    call.answered()
    call.invite(sdp(party.port, "18", version=2))
    assert call.refused().status == 488
    party.mark()
    wait_for("sound yet", lambda: [s for s in party.samples() if abs(s) > 8000])
    call.bye()


def test_bye_of_no_dialog_is_481(gateway, phone, rtp):
    call = phone.call("600", offer(rtp()))
    call.answered()
    call.bye()
    gateway.wait_idle()
    call.request("BYE")
    assert call.response().status == 481


def test_options_is_answered_with_what_we_do(phone):
    """What PBXs ask to see whether we are there (RFC 3261 11.2)."""
    call = Call(phone, "600").request("OPTIONS")
    got = call.response()
    assert got.status == 200
    assert "INVITE" in got.get("Allow")
    assert "application/sdp" in got.get("Accept")


def test_answer_that_is_never_acknowledged_is_cleared(gateway, phone, rtp):
    """RFC 3261 13.3.1.4: the 200 is sent again until 64*T1 (4 s here), then BYE; the line hears a cause."""
    since = gateway.mark()
    call = phone.call("600", offer(rtp()))
    assert call.response().status == 200
    assert call.response(200).status == 200, "sent again"
    call.bye_comes()
    gateway.record("from peer phones 100 .*: answered, cause 102", since)


def test_no_port_for_media_is_503(own, rtp):
    gateway = own(media=4)
    gateway.expected.append("all RTP ports are in use")
    with gateway.phone() as phone:
        calls = [phone.call("600", offer(rtp())) for _ in range(2)]
        for call in calls:
            call.answered()
        got = phone.call("600", offer(rtp())).refused()
        assert got.status == 503
        assert re.search(r"Q\.850 *;.*cause=47", got.get("Reason"))
        for call in calls:
            call.bye()
        gateway.wait_idle()
        wait_for("the ports", lambda: gateway.cli.json("media")["ports_used"] == 0)
        again = phone.call("600", offer(rtp()))
        again.answered()
        again.bye()


def test_glare_on_the_only_channel(gateway, phone, rtp):
    """Both ends take channel 1 in the same moment: the network's call is the one that lives (Q.931 5.7), ours
    ends in 503, and the channel is idle afterwards."""
    with Cli(gateway.ports.cli) as session:
        session.send("originate trunk far-narrow 200")
        since = gateway.mark()
        out = phone.call("700", offer(rtp()))
        got = out.refused()
        assert got.status == 503
        assert re.search(r"Q\.850 *;.*cause=(34|44)", got.get("Reason"))
        call = phone.answer_call()
        call.reply(call.invite_in, 200, "OK", sdp(rtp().port))
        call.wait_request("ACK")
        wait_for("both ends active", lambda: [c["name"] for c in gateway.channels("active")] == ["e1-3/1", "e1-4/1"])
        call.bye()
    gateway.only(r"call \d+: from peer phones 100 to .*700.*: failed, cause (34|44) ", since)


def test_busy_tone_is_heard_where_in_band_sound_always_is(gateway, phone, rtp):
    """The trunk's `inband always`: 183 and 425 Hz, half a second on, half a second off, then 486."""
    party = rtp(pt=0)

    def refused_with_sound():
        party.mark()
        call = phone.call("503", offer(party, "0"))
        assert call.response(180, 183, 486).status == 183
        got = call.refused()
        assert got.status == 486
        assert re.search(r"Q\.850 *;.*cause=17", got.get("Reason"))
        samples = party.samples()
        blocks = [samples[i:i + 400] for i in range(0, 20000 - 400, 400)]
        return "".join("x" if sound.dbm0(b) > -30 and sound.goertzel(b, 425) > 0.8 else "." for b in blocks)

    def is_busy_tone(on):
        runs = [len(r) for r in re.findall("x+|[.]+", on.strip("."))][1:-1]
        return len(runs) >= 2 and all(9 <= r <= 11 for r in runs)
    party.measured(refused_with_sound, is_busy_tone)
