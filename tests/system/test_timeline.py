"""What happened to a call: one time line of both legs' messages, and what people make of it."""
import re

from common.gateway import wait_for
from common.sip import sdp


def last_call(gateway, **of):
    """The newest ended call that has these values."""
    def look():
        return [c for c in gateway.cli.json("calls recent") if all(c[k] == v for k, v in of.items())]
    return wait_for("an ended call with %r" % of, look)[0]["id"]


def timeline(gateway, call):
    return gateway.cli.json("call %d timeline" % call)["entries"]


def words(entries, *kinds):
    """Who, which way, and the first words of what."""
    return [(e["party"], e["way"], e["text"]) for e in entries if e["kind"] in kinds]


def has(found, text):
    """The entries, once one of them says so."""
    return found if any(what == text for _, _, what in found) else None


def in_order(found, wanted):
    """Each wanted (party, way, beginning of the text) comes behind the one before."""
    at = 0
    for party, way, begin in wanted:
        while at < len(found) and not (found[at][:2] == (party, way) and found[at][2].startswith(begin)):
            at += 1
        assert at < len(found), "no %s %s %s in its place in %r" % (party, way, begin, found)
        at += 1


def test_messages_of_both_legs_are_on_one_line(gateway, rtp):
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        call.bye()
    gateway.wait_idle()
    number = last_call(gateway, calling="100", called="600", to="trunk pstn e1-1/1")
    found = words(timeline(gateway, number), "sip", "isdn")
    sip, isdn = "peer phones", "trunk pstn"
    in_order(found, [(sip, "in", "INVITE sip:600@"), (isdn, "out", "SETUP from 100 to 600"), (isdn, "in", "CALL PROCEEDING"),
                     (isdn, "in", "CONNECT"), (sip, "out", "200 OK, SDP"), (sip, "in", "ACK"), (sip, "in", "BYE"),
                     (isdn, "out", "DISCONNECT cause 16 normal call clearing"), (isdn, "in", "RELEASE"), (isdn, "out", "RELEASE COMPLETE")])
    in_order(found, [(sip, "in", "BYE"), (sip, "out", "200 OK to BYE")])
    assert found[1] == (sip, "out", "100 Trying")
    text = gateway.cli.run("show call %d timeline" % number)
    assert re.search(r"0\.\d{3}  trunk pstn +<-  isdn   SETUP from 100 to 600", text), text


def test_call_from_the_line(gateway, phone, rtp):
    """The call of the line that comes in over ISDN; a SIP leg of ours names its messages once it has a Call-ID."""
    gateway.originate("trunk exchange 200 caller 4930123456")
    call = phone.answer_call()
    call.reply(call.invite_in, 180, "Ringing")
    call.reply(call.invite_in, 200, "OK", sdp(rtp().port))
    call.wait_request("ACK")
    up = wait_for("the call on the list", lambda: [c for c in gateway.cli.json("calls") if c["to"] == "peer phones"])[0]["id"]
    found = wait_for("CONNECT ACKNOWLEDGE", lambda: has(words(timeline(gateway, up), "sip", "isdn"), "CONNECT ACKNOWLEDGE"))
    sip, isdn = "peer phones", "trunk pstn"
    in_order(found, [(isdn, "in", "SETUP from 4930123456 to 200"), (isdn, "out", "CALL PROCEEDING"), (sip, "out", "INVITE sip:200@"),
                     (sip, "in", "180 Ringing"), (isdn, "out", "ALERTING"), (sip, "in", "200 OK, SDP"), (isdn, "out", "CONNECT"),
                     (isdn, "in", "CONNECT ACKNOWLEDGE")])
    in_order(found, [(sip, "in", "200 OK, SDP"), (sip, "out", "ACK")])
    call.bye()
    gateway.wait_idle()
    found = words(timeline(gateway, last_call(gateway, to="peer phones", called="200")), "sip", "isdn")
    in_order(found, [(sip, "in", "BYE"), (isdn, "out", "DISCONNECT cause 16"), (isdn, "out", "RELEASE COMPLETE")])


def test_message_sent_again_is_there_again(gateway, phone):
    """A request that is not answered is sent again after 500 ms (RFC 3261 17.1.1.2)."""
    gateway.originate("trunk exchange 201")
    phone.answer_call()
    number = last_call(gateway, called="201", to="peer phones")
    found = words(timeline(gateway, number), "sip")
    assert sum(what.startswith("INVITE sip:201@") for _, _, what in found) >= 2, found


def test_only_so_much_is_kept(own, rtp):
    gateway = own(extra="history\n calls 2\n messages 1\n")
    with gateway.phone() as phone:
        for _ in range(3):
            call = phone.call("602", sdp(rtp().port))
            call.answered()
            call.bye()
            gateway.wait_idle()
        recent = gateway.cli.json("calls recent")
        assert len(recent) == 2 and recent[0]["id"] > recent[1]["id"]
        assert "nor is it among the last ones" in gateway.cli.run("show call 1 timeline")
        entries = timeline(gateway, recent[0]["id"])
        assert {e["octets"] for e in entries if e["kind"] in ("sip", "isdn")} in ({"kept"}, set())
        held = phone.call("602", sdp(rtp().port))
        held.answered()
        number = min(c["id"] for c in gateway.cli.json("calls"))
        filler = "X-Filler: " + "x" * 7000
        for _ in range(160):
            phone.call("999", sdp(1), extra=[filler]).refused()
        octets = [e["octets"] for e in timeline(gateway, number) if e["kind"] == "sip"]
        assert octets[0] == "gone", octets
        held.bye()
    gateway.wait_idle()
