"""Transfers as whole calls: who hears whom afterwards, and nothing left behind; digits in INFO; redirections."""
import json
import os

import config
from common.cli import Cli
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
    wait_for("the line's own, the transferred, the exchange's way back", lambda: len(gateway.cli.json("calls")) == 3)
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
    new.bye()
    gateway.wait_idle()


RECORDS = "route direct\n from peer phones\n called 4\n to peer phones\nrecords\n file calls.jsonl\n"


def records(gateway):
    with open(os.path.join(os.path.dirname(gateway.log_path), "calls.jsonl"), encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def test_who_referred_is_told_and_on_record(own, rtp):
    """RFC 3892 2.2."""
    gateway = own(text=lambda p: config.text(p, extra=RECORDS))
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        refer(call, "sip:400@127.0.0.1", extra=['Referred-By: "Al" <sip:al:secret@127.0.0.1>;cid="1@h"'])
        new = answer(phone.answer_call(), rtp())
        assert new.invite_in.get("Referred-By") == "<sip:al@127.0.0.1>"
        call.bye_comes()
        new.bye()
        gateway.wait_idle()
    assert [(r["called"], r["referred_by"]) for r in records(gateway) if "referred_by" in r] == [("400", "sip:al@127.0.0.1")]


def replaces(call):
    local, theirs = (tag.split("tag=")[1] for tag in (call.local, call.remote))
    return "%s%%3Bto-tag%%3D%s%%3Bfrom-tag%%3D%s" % (call.call_id.replace("@", "%40"), theirs, local)


def consult(phone, rtp):
    """Another call of the phone's, that comes back to the phone: both its ends."""
    asking = phone.call("680", sdp(rtp().port))
    party = rtp()
    asked = answer(phone.answer_call(), party)
    asking.answered()
    return asking, asked, party


def test_attended_transfer(gateway, phone, rtp):
    """RFC 5589 7: the line that called and who was asked talk to each other."""
    call = from_line(gateway, phone, rtp())
    asking, asked, party = consult(phone, rtp)
    refer(call, "sip:680@127.0.0.1?Replaces=" + replaces(asking))
    outcome(call, 200)
    call.bye_comes()
    asking.bye_comes()
    assert party.hears_itself()
    asked.bye()
    gateway.wait_idle()


def test_new_session_replaces_an_old_one(gateway, phone, rtp):
    """RFC 3891: the same party, at another telephone."""
    call = from_line(gateway, phone, rtp())
    party = rtp()
    local, theirs = (tag.split("tag=")[1] for tag in (call.local, call.remote))
    header = "Replaces: %s;to-tag=%s;from-tag=%s" % (call.call_id, theirs, local)
    new = phone.call("600", sdp(party.port), extra=[header])
    new.answered()
    call.bye_comes()
    assert party.hears_itself()
    new.bye()
    gateway.wait_idle()


def test_stranger_to_the_peer_transfers_nothing(gateway, rtp):
    with gateway.agent("127.0.0.3", gateway.ports.strict) as strict:
        call = strict.call("600", sdp(rtp(pt=0).port, "0"))
        call.answered()
        refer(call, "sip:601@127.0.0.1", 403)
        call.bye()
        gateway.wait_idle()


def test_digits_in_info_reach_the_line(gateway, phone, rtp):
    """Without telephone-event: the read-back line says them."""
    party = rtp()
    call = phone.call("608", sdp(party.port))
    call.answered()
    for digit in "12#":
        body = "Signal=%s\r\nDuration=160\r\n" % digit
        call.agent.send(info(call, body))
        assert call.response(method="INFO").status == 200
    wait_for("digits are said back", lambda: loudest(party.listen(0.2)) > 1000)
    call.bye()
    gateway.wait_idle()


def info(call, body):
    call.seq += 1
    head = ["INFO %s SIP/2.0" % call.target,
            "Via: SIP/2.0/UDP %s:%d;branch=z9hG4bKinfo%s%d" % (call.agent.at, call.agent.port, call.call_id[:6], call.seq),
            "Max-Forwards: 70", "From: " + call.local, "To: " + call.remote, "Call-ID: " + call.call_id,
            "CSeq: %d INFO" % call.seq, "Content-Type: application/dtmf-relay", "Content-Length: %d" % len(body)]
    return "\r\n".join(head + ["", body])


def loudest(samples):
    return max(map(abs, samples), default=0)


def test_redirected_call(gateway, phone, rtp):
    """RFC 3261 8.1.3.4: the second contact is the better one."""
    gateway.originate("trunk exchange 200 line echo")
    first = phone.answer_call()
    at = "127.0.0.1:%d" % phone.port
    first.reply(first.invite_in, 302, "Moved", extra=["Contact: <sip:201@%s>;q=0.3" % at, "Contact: <sip:202@%s>" % at])
    first.wait_request("ACK")
    second = Call(phone, invite=phone.wait(lambda m: m.start.startswith("INVITE sip:202@")))
    party = rtp()
    answer(second, party)
    assert party.hears_itself()
    second.bye()
    gateway.wait_idle()


def test_redirection_leads_nobody_to_what_it_may_not_call(own):
    """One of two contacts is a number that the caller may not call: the other one alone is asked."""
    with Agent(0, "127.0.0.56") as callee:
        at = "%s:%d" % (callee.host, callee.port)
        gateway = own(text=lambda p: config.text(p).replace("peer phones\n", "peer phones\n number deny 99\n", 1)
                      + "peer callee\n address %s\n port %d\n" % (callee.host, callee.port)
                      + "route turns\n from peer phones\n called exact 901\n to peer callee\n")
        callee.gateway = ("127.0.0.1", gateway.ports.sip)
        with gateway.phone() as phone:
            call = phone.call("901", sdp(4000))
            asked = callee.answer_call()
            asked.reply(asked.invite_in, 302, "Moved", extra=["Contact: <sip:990@%s>" % at])  # and itself, 200
            again = Call(callee, invite=callee.wait(lambda m: m.method == "INVITE"))
            assert again.invite_in.start.startswith("INVITE sip:200@"), again.invite_in
            again.reply(again.invite_in, 486, "Busy Here")
            assert call.refused().status == 486
        assert not any(m.method == "INVITE" for m in callee.waiting)


def notify(call, state, fragment):
    """As of the transfer that the gateway asked for."""
    call.seq += 1
    head = ["NOTIFY %s SIP/2.0" % call.target,
            "Via: SIP/2.0/UDP %s:%d;branch=z9hG4bKnotify%s%d" % (call.agent.at, call.agent.port, call.call_id[:6], call.seq),
            "Max-Forwards: 70", "From: " + call.local, "To: " + call.remote, "Call-ID: " + call.call_id,
            "CSeq: %d NOTIFY" % call.seq, "Event: refer", "Subscription-State: " + state,
            "Content-Type: message/sipfrag", "Content-Length: %d" % len(fragment)]
    call.agent.send("\r\n".join(head + ["", fragment]))
    assert call.response(method="NOTIFY").status == 200


def first_call(gateway):
    return min(c["id"] for c in gateway.cli.json("calls"))


def transfer(gateway, what):
    """From a session of its own: the outcome comes between the lines of whoever waits there."""
    with Cli(gateway.ports.cli) as session:
        return session.run("transfer call " + what)


def test_operator_puts_the_line_through(gateway, phone, rtp):
    """The echo line that was called is put through to the phone; who called it is let go of."""
    call = phone.call("600", sdp(rtp().port))
    call.answered()
    assert "put through to 680" in transfer(gateway, "%d called to 680" % first_call(gateway))
    party = rtp()
    new = answer(phone.answer_call(), party)
    call.bye_comes()
    assert party.hears_itself()
    new.bye()
    gateway.wait_idle()


def test_operator_hears_the_outcome(gateway, phone, rtp):
    """In the session that asked, as it comes."""
    call = phone.call("600", sdp(rtp().port))
    call.answered()
    with Cli(gateway.ports.cli) as session:
        session.run("transfer call %d called to 606" % first_call(gateway))
        session.until("not put through: cause 1 ")
        session.run("transfer call %d called to 680" % first_call(gateway))
        new = answer(phone.answer_call(), rtp())
        session.until(r"call \d+: put through")
    call.bye_comes()
    new.bye()
    gateway.wait_idle()


def test_operator_joins_two_calls_of_one_phone(gateway, phone, rtp):
    """It is let go of, and the line hears whom it asked."""
    call = phone.call("600", sdp(rtp().port))
    call.answered()
    held = first_call(gateway)
    asking, asked, party = consult(phone, rtp)
    consulting = min(c["id"] for c in gateway.cli.json("calls") if c["called"] == "680")
    assert "talk to each other" in transfer(gateway, "%d to call %d" % (held, consulting))
    call.bye_comes()
    asking.bye_comes()
    assert party.hears_itself()
    assert "no such call" in transfer(gateway, "%d called to call %d called" % (held, consulting))
    asked.bye()
    gateway.wait_idle()


def test_operator_is_told_what_cannot_be(gateway, phone, rtp):
    assert "no such call" in gateway.cli.run("transfer call 4000000000 caller to 600")
    call = phone.call("605", sdp(rtp().port))
    call.response(180)
    assert "not answered" in transfer(gateway, "%d caller to 600" % first_call(gateway))
    assert "no number" in transfer(gateway, "%d caller to 6x0" % first_call(gateway))
    call.cancel()
    gateway.wait_idle()


def test_operator_puts_a_phone_through_by_refer(own, rtp):
    """The phone calls the number itself, and says so."""
    gateway = own(text=lambda p: config.text(p, extra=RECORDS).replace("peer phones\n", "peer phones\n transfer by-refer\n", 1))
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        transfer(gateway, "%d caller to 601" % first_call(gateway))
        asked = call.wait_request("REFER")
        assert asked.get("Refer-To").startswith("<sip:601@")
        call.reply(asked, 202, "Accepted")
        notify(call, "active;expires=60", "SIP/2.0 100 Trying\r\n")
        new = phone.call("601", sdp(rtp().port))
        new.answered()
        notify(call, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n")
        call.bye_comes()
        new.bye()
        gateway.wait_idle()
    said = [r["transfer"] for r in records(gateway) if r["transfer"]]
    assert said == [{"by": "operator", "to": "601", "call": None, "way": "party", "outcome": "done", "cause": None}]


def test_operator_puts_a_phone_through_that_refuses_refer(own, rtp):
    """We call the number for it then, as the line that is let go of may: back to the phones."""
    gateway = own(text=lambda p: config.text(p).replace("peer phones\n", "peer phones\n transfer by-refer\n", 1))
    with gateway.phone() as phone:
        party = rtp()
        gateway.originate("trunk exchange 200 line quiet")
        call = answer(phone.answer_call(), rtp())
        transfer(gateway, "%d called to 201" % max(c["id"] for c in gateway.cli.json("calls")))
        call.reply(call.wait_request("REFER"), 405, "Method Not Allowed")
        new = answer(phone.answer_call(), party)
        assert new.invite_in.start.startswith("INVITE sip:201@")
        call.bye_comes()
        new.bye()
        gateway.wait_idle()
