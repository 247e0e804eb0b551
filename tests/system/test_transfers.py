"""Transfers as whole calls: who hears whom afterwards, and nothing left behind; digits in INFO; redirections."""
import json
import os

import config
from common.gateway import wait_for
from common.sip import Agent, Call, sdp


def remote(rtp, message):
    """Speaks from the start to where that description says, as a party that sends first must."""
    rtp.remote = message.media()
    return rtp


def answer(call, rtp):
    """The call that came is answered with the sound of rtp."""
    remote(rtp, call.invite_in)
    call.reply(call.invite_in, 200, "OK", sdp(rtp.port))
    call.wait_request("ACK")
    return call


def outcome(call, status):
    """The NOTIFY that tells it; those before it are accepted too."""
    while True:
        notify = call.wait_request("NOTIFY")
        call.reply(notify, 200, "OK")
        assert notify.get("Content-Type").startswith("message/sipfrag")
        if "SIP/2.0 %d" % status in notify.body:
            return notify


def refer(call, target, *statuses, extra=()):
    call.request("REFER", extra=["Refer-To: <%s>" % target, *extra])
    got = call.response(method="REFER")
    assert got.status in (statuses or (202,)), got


def from_line(gateway, phone, rtp):
    """An echo line of the exchange calls the phone."""
    gateway.originate("trunk exchange 200 line echo")
    return answer(phone.answer_call(), rtp)


def test_blind_transfer(gateway, phone, rtp):
    """RFC 5589 6.1: the line that called hears ringing, then who answers at the new number."""
    call = from_line(gateway, phone, rtp())
    refer(call, "sip:680@127.0.0.1")
    new = phone.answer_call()
    new.reply(new.invite_in, 180, "Ringing")
    outcome(call, 180)
    new_rtp = rtp()
    answer(new, new_rtp)
    assert outcome(call, 200).get("Subscription-State").startswith("terminated")
    call.bye_comes()
    assert new_rtp.hears_itself()
    calls = gateway.cli.json("calls")
    assert len(calls) == 3, "the line's own, the transferred, the exchange's way back"
    new.bye()
    gateway.wait_idle()


def test_blind_transfer_that_fails(gateway, phone, rtp):
    call_rtp = rtp()
    call = from_line(gateway, phone, call_rtp)
    refer(call, "sip:606@127.0.0.1")
    assert "404" in outcome(call, 404).body
    assert call_rtp.hears_itself(), "the call is as it was"
    call.bye()
    gateway.wait_idle()


def test_blind_transfer_without_waiting(gateway, phone, rtp):
    """Who transferred hangs up at once, and hears the outcome in what is left of the dialog (RFC 5057 4)."""
    call = from_line(gateway, phone, rtp())
    refer(call, "sip:680@127.0.0.1")
    call.reply(call.wait_request("NOTIFY"), 200, "OK")
    call.bye()
    new_rtp = rtp()
    new = answer(phone.answer_call(), new_rtp)
    assert outcome(call, 200).get("Subscription-State").startswith("terminated")
    assert new_rtp.hears_itself()
