"""Sessions as whole calls: reliable responses, UPDATE, session timers, hold through the line, forks."""
import os

import pytest
from common import sound
from common.gateway import wait_for
from common.sip import Call, sdp

RELIABLE = ["Require: 100rel", "RSeq: 1"]
TIMER = ["Supported: timer"]


def loudness(party):
    """The loudest sample of what comes from now on."""
    return max(map(abs, party.listen(0.3)), default=0)


def hears(party, level):
    """It is as loud as that, soon."""
    return wait_for("sound", lambda: loudness(party) > level)


def hears_nothing(party):
    """Soon: what was on its way comes first."""
    return wait_for("silence", lambda: loudness(party) < 100)


def prack(call, response):
    rack = "RAck: %s %d INVITE" % (response.get("RSeq"), response.cseq[0])
    call.request("PRACK", extra=[rack])
    got = call.response(method="PRACK")
    assert got.status == 200, got


def reinvite(call):
    """The next one within the dialog; the first may have been sent again."""
    return call.agent.wait(lambda m: m.method == "INVITE" and "tag=" in m.get("To") and m.get("Call-ID") == call.call_id)


def answered_invite(call):
    """The 200 to the INVITE, whatever requests came after that, and its ACK."""
    seq = call.invited["seq"]
    got = call.agent.wait(lambda m: m.status >= 200 and m.cseq == (seq, "INVITE"))
    assert got.status == 200, got
    call.request("ACK", seq=seq)
    return got


def test_caller_acknowledges_ringing(gateway, phone, rtp):
    """RFC 3262: 180 comes until its PRACK does, and the 200 after that."""
    call = phone.call("613", sdp(rtp().port), extra=["Supported: 100rel"])
    ringing = call.response(180)
    assert ringing.get("Require") == "100rel"
    assert call.response(180).get("RSeq") == ringing.get("RSeq"), "sent again"
    prack(call, ringing)
    answered_invite(call)
    call.bye()
    gateway.wait_idle()


def test_call_without_prack_ends(gateway, phone, rtp):
    """64*T1 is 4 s here."""
    call = phone.call("605", sdp(rtp().port), extra=["Supported: 100rel"])
    call.response(180)
    assert call.refused().status in (480, 504), "T301 is as long"
    gateway.wait_idle()


def test_sound_before_the_answer_without_an_offer(gateway, phone, rtp):
    """RFC 3262 5: the 183 offers, the PRACK answers, and the announcement is heard."""
    party = rtp()
    call = phone.call("609", "", extra=["Supported: 100rel"])
    progress = call.response(183)
    assert progress.media()
    call.request("PRACK", sdp(party.port), extra=["RAck: %s 1 INVITE" % progress.get("RSeq")])
    assert call.response(method="PRACK").status == 200
    wait_for("the announcement", lambda: [s for s in party.samples() if abs(s) > 1000])
    call.seq = call.invited["seq"]
    assert call.refused().status == 404
    gateway.wait_idle()


def test_reliable_answer_of_the_peer_is_acknowledged(gateway, phone, rtp):
    party = rtp()
    gateway.originate("peer phones 200 line milliwatt hold 1")
    call = phone.answer_call()
    assert "100rel" in call.invite_in.get("Supported")
    party.remote = call.invite_in.media()
    call.reply(call.invite_in, 183, "Session Progress", sdp(party.port), RELIABLE)
    ours = call.wait_request("PRACK")
    assert ours.get("RAck") == "1 %d INVITE" % call.invite_in.cseq[0]
    call.reply(ours, 200, "OK")
    call.reply(call.invite_in, 200, "OK")
    call.wait_request("ACK")
    assert hears(party, 8000)
    call.bye_comes()


def test_update_moves_the_sound(gateway, phone, rtp):
    first, second = rtp(), rtp()
    call = phone.call("601", sdp(first.port))
    call.answered()
    wait_for("sound", lambda: len(first.packets) > 5)
    call.request("UPDATE", sdp(second.port, version=2))
    got = call.response(method="UPDATE")
    assert got.status == 200
    assert got.media()
    assert hears(second, 8000)
    call.request("UPDATE", sdp(40000, "18", version=3))
    assert call.response(method="UPDATE").status == 488
    assert hears(second, 8000)
    call.bye()
    gateway.wait_idle()


def test_session_timer_is_agreed_and_refreshed(gateway, phone, rtp):
    """RFC 4028: too short is 422; the caller refreshes by UPDATE, and nothing changes in the sound."""
    party = rtp()
    call = phone.call("601", sdp(party.port), extra=TIMER + ["Session-Expires: 60"])
    got = call.refused()
    assert (got.status, got.get("Min-SE")) == (422, "90")
    call = phone.call("601", sdp(party.port), extra=TIMER + ["Session-Expires: 120;refresher=uac"])
    got = call.answered()
    assert got.get("Session-Expires") == "120;refresher=uac"
    assert got.get("Require") == "timer"
    call.request("UPDATE", extra=TIMER + ["Session-Expires: 120;refresher=uac"])
    got = call.response(method="UPDATE")
    assert (got.status, got.get("Session-Expires"), got.body) == (200, "120;refresher=uac", "")
    assert hears(party, 8000)
    call.bye()
    gateway.wait_idle()


def test_invite_is_repeated_with_the_time_that_422_names(gateway, phone, rtp):
    gateway.originate("trunk exchange 200")
    call = phone.answer_call()
    assert call.invite_in.get("Session-Expires") == "1800"
    call.reply(call.invite_in, 422, "Session Interval Too Small", extra=["Min-SE: 3600"])
    call.wait_request("ACK")
    again = phone.answer_call()
    assert again.call_id == call.call_id
    assert again.invite_in.get("Session-Expires") == "3600"
    again.reply(again.invite_in, 200, "OK", sdp(rtp().port), ["Session-Expires: 3600;refresher=uac"])
    again.wait_request("ACK")
    wait_for("active", lambda: len(gateway.channels("active")) == 2)
    again.bye()


@pytest.mark.skipif(not os.environ.get("LONG"), reason="the least time of RFC 4028 is 90 s; LONG=1 waits it")
def test_session_is_refreshed_at_half_time_and_ends_without(gateway, phone, rtp):
    call = phone.call("601", sdp(rtp().port), extra=TIMER + ["Allow: INVITE, UPDATE", "Session-Expires: 90;refresher=uas"])
    call.answered()
    ours = call.wait_request("UPDATE", 50)
    call.reply(ours, 200, "OK", extra=["Session-Expires: 90;refresher=uas"])  # from now on it is the caller's turn
    bye = call.bye_comes(70)
    assert "cause=102" in bye.get("Reason")
    gateway.wait_idle()


def test_hold_goes_over_the_line(gateway, phone, rtp):
    """A caller's hold is a NOTIFY on the line, and sendonly for the phone behind it, which hears and is not heard;
    retrieval takes it back."""
    here, there = rtp(), rtp()
    with gateway.agent() as other:
        out = other.call("680", sdp(here.port))
        call = phone.answer_call()
        there.remote = call.invite_in.media()
        there.hum(1000)
        call.reply(call.invite_in, 200, "OK", sdp(there.port))
        call.wait_request("ACK")
        out.answered()
        assert hears(here, 5000)
        out.invite(sdp(here.port, direction="sendonly", version=2))
        assert "a=recvonly" in out.answered().body
        hold = reinvite(call)
        assert "a=sendonly" in hold.body
        call.reply(hold, 200, "OK", sdp(there.port, direction="recvonly", version=2))
        call.wait_request("ACK")
        assert hears_nothing(here)
        out.invite(sdp(here.port, version=3))
        assert "a=sendrecv" in out.answered().body
        back = reinvite(call)
        assert "a=sendrecv" in back.body
        call.reply(back, 200, "OK", sdp(there.port, version=3))
        call.wait_request("ACK")
        assert hears(here, 5000)
        out.bye()
        call.bye_comes()


def test_first_of_a_fork_wins_and_is_heard(gateway, phone, rtp):
    """RFC 3261 13.2.2.4: two phones behind a proxy, each with its own early sound. Who spoke last is heard, then who
    answered; the other's late 200 is acknowledged and cleared."""
    here, a, b = rtp(), rtp(), rtp()
    with gateway.agent() as other:
        out = other.call("680", sdp(here.port))
        first = phone.answer_call()
        second = Call(phone, invite=first.invite_in)
        a.remote = b.remote = first.invite_in.media()
        a.hum(1000)
        b.hum(600)
        for fork, party, hz in ((first, a, 1000), (second, b, 600)):
            fork.reply(fork.invite_in, 183, "Session Progress", sdp(party.port), RELIABLE)
            fork.reply(fork.wait_request("PRACK"), 200, "OK")
            wait_for("its tone", lambda hz=hz: sound.goertzel(here.listen(0.2), hz) > 0.8)
        first.reply(first.invite_in, 200, "OK")
        assert first.local.rpartition("tag=")[2] in first.wait_request("ACK").get("To")
        out.answered()
        wait_for("the winner's tone", lambda: sound.goertzel(here.listen(0.2), 1000) > 0.8)
        second.reply(second.invite_in, 200, "OK")
        lost = second.wait_request("BYE")
        assert second.local.rpartition("tag=")[2] in lost.get("To")
        second.reply(lost, 200, "OK")
        out.bye()
        first.bye_comes()


@pytest.mark.parametrize("method", ["MESSAGE", "SUBSCRIBE", "PUBLISH"])
def test_what_a_gateway_does_not_do_is_refused_politely(phone, rtp, method):
    call = phone.call("601", sdp(rtp().port))
    call.answered()
    for one in (call, Call(phone, "601")):
        one.request(method, extra=["Event: presence"])
        got = one.response(method=method)
        assert got.status == 405
        assert "INVITE" in got.get("Allow")
    call.bye()
