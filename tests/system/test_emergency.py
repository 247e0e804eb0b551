"""Emergency calls: every way is tried, locks and full trunks give way, and the centre calls back. The exchange's
ends of the lines are the public network, so calls there are none of ours: `except`."""
import json
import os
import re

import pytest
from common.gateway import wait_for
from common.sip import Call, sdp

# "narrow" has one channel, "mu" has four; the centre answers at once on both.
_EMERGENCY = """\
line centre
 echo
line centre-busy
 reject 17
route centre-narrow
 from trunk far-narrow
 called exact 112
 to line centre
route centre-mu
 from trunk far-mu
 called exact 112
 to line centre
route centre-busy-narrow
 from trunk far-narrow
 called exact 110
 to line centre-busy
route centre-110
 from trunk far-mu
 called exact 110
 to line centre
records
 file calls.jsonl
emergency
 number 112
 number 110
 service police 110
 except trunk exchange
 except trunk far-narrow
 except trunk far-mu
"""
_ONE_WAY = _EMERGENCY + " to trunk narrow\n"
_TWO_WAYS = _ONE_WAY + " to trunk mu\n"


def _talk(phone, rtp, number):
    call = phone.call(number, sdp(rtp().port, "8 0"))
    call.answered()
    return call


def _busy(gateway, trunk):
    return [c["name"] for c in gateway.channels("active") if c["trunk"] == trunk]


def _alarms(gateway):
    return [a for a in gateway.cli.json("alarms") if a["alarm"] == "emergency-call"]


def _records(gateway):
    path = os.path.join(os.path.dirname(gateway.log_path), "calls.jsonl")
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def _end(gateway, *calls):
    for call in calls:
        call.bye()
    gateway.wait_idle()


def test_a_full_trunk_makes_room(own, rtp):
    gateway = own(extra=_ONE_WAY)
    with gateway.phone() as phone:
        ordinary = _talk(phone, rtp, "700")
        assert _busy(gateway, "narrow") == ["e1-3/1"]
        emergency = phone.call("112", sdp(rtp().port))
        assert re.search(r"Q\.850 *;.*cause=8", ordinary.bye_comes().get("Reason"))
        emergency.answered()
        assert _busy(gateway, "narrow") == ["e1-3/1"]
        assert [a["text"] for a in _alarms(gateway)] == ["peer phones 100 calls 112"]
        _end(gateway, emergency)
        assert not _alarms(gateway)
        ends = [(r["called"], r["cause"], r.get("emergency")) for r in _records(gateway) if r["from"]["name"] == "phones"]
        assert ends == [("700", 8, None), ("112", 16, True)]


def test_a_call_not_answered_yet_hears_503(own, rtp):
    gateway = own(extra=_ONE_WAY + "route far-rings\n from trunk far-narrow\n called exact 705\n to line unanswered\n")
    with gateway.phone() as phone:
        ringing = phone.call("705", sdp(rtp().port))
        ringing.response(180)
        emergency = phone.call("112", sdp(rtp().port))
        refused = ringing.refused()
        assert refused.status >= 400 and "cause=8" in refused.get("Reason")
        emergency.answered()
        _end(gateway, emergency)


def test_an_emergency_call_is_never_cleared_for_another(own, rtp):
    gateway = own(extra=_TWO_WAYS)
    with gateway.phone() as phone:
        first = _talk(phone, rtp, "112")
        second = _talk(phone, rtp, "112")
        assert _busy(gateway, "narrow") == ["e1-3/1"] and len(_busy(gateway, "mu")) == 1
        _end(gateway, first, second)


def test_a_call_waits_where_all_is_full_of_emergency_calls(own, rtp):
    gateway = own(extra=_ONE_WAY)
    with gateway.phone() as phone:
        first = _talk(phone, rtp, "112")
        second = phone.call("112", sdp(rtp().port))
        wait_for("the wait", lambda: [c["state"] for c in gateway.cli.json("emergency")["calls"]] == ["active", "waiting"])
        first.bye()
        second.answered()
        _end(gateway, second)


def test_a_busy_centre_is_no_end(own, rtp):
    gateway = own(extra=_TWO_WAYS)
    with gateway.phone() as phone:
        call = _talk(phone, rtp, "110")
        assert len(_busy(gateway, "mu")) == 1
        _end(gateway, call)


@pytest.mark.parametrize("lock", ["trunk narrow graceful forever", "channel e1-3/1 graceful forever"])
def test_graceful_locks_let_emergency_calls_pass(own, rtp, lock):
    gateway = own(extra=_ONE_WAY)
    with gateway.phone() as phone:
        gateway.cli.run("lock " + lock)
        assert phone.call("700", sdp(rtp().port)).refused().status == 503
        assert gateway.cli.json("emergency way 112") == [{"turn": 1, "way": "trunk narrow", "now": "free for them alone"}]
        call = _talk(phone, rtp, "112")
        _end(gateway, call)


def test_a_lock_without_grace_holds_for_all(own, rtp):
    gateway = own(extra=_TWO_WAYS)
    with gateway.phone() as phone:
        gateway.cli.run("lock trunk narrow no-graceful")
        call = _talk(phone, rtp, "112")
        assert len(_busy(gateway, "mu")) == 1
        _end(gateway, call)


def test_the_centre_calls_back_also_after_a_commit(own, rtp):
    gateway = own(extra=_ONE_WAY + " calling 0301234500\n")
    with gateway.phone() as phone:
        _end(gateway, _talk(phone, rtp, "112"))
        gateway.cli.run("configure terminal")
        gateway.cli.run("emergency")
        gateway.cli.run("call-back 60")
        gateway.cli.run("commit")
        gateway.cli.run("end")
        backs = gateway.cli.json("emergency")["call_backs"]
        assert [(b["caller"], b["number"], b["shown"]) for b in backs] == [("peer phones", "100", "0301234500")]
        assert 1700 < backs[0]["left_s"] <= 1800
        since = gateway.mark()
        gateway.originate("trunk far-narrow 4500")
        call = phone.answer_call()
        assert call.invite_in.start.startswith("INVITE sip:100@")
        call.reply(call.invite_in, 200, "OK", sdp(rtp().port))
        call.wait_request("ACK")
        _end(gateway, call)
        gateway.record(r"emergency call back from trunk narrow", since)


def test_service_urns_are_emergency_calls(own, rtp):
    gateway = own(extra=_TWO_WAYS)
    with gateway.phone() as phone:
        call = Call(phone, "112")
        call.target = "urn:service:sos.police"
        call.invite(sdp(rtp().port)).answered()
        assert gateway.cli.json("emergency")["calls"][0]["called"] == "110"
        _end(gateway, call)
