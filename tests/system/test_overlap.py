"""Numbers that are dialled digit by digit (RFC 3578, Q.931 5.1.3): from a peer to the line and from the line to a peer."""
import config
import pytest
from common import sound
from common.gateway import wait_for
from common.sip import Call, sdp


def overlapping(ports, pause_s=30, **how):
    """Both ends of the line take numbers in parts; so do the phones, and they dial so. A pause ends a number: one that a
    caller on a busy machine does not make by itself."""
    text = config.text(ports, **how)
    text = text.replace("trunk pstn\n", "trunk pstn\n overlap sending\n", 1)
    text = text.replace("trunk exchange\n", "trunk exchange\n overlap receiving\n timer t302 %d\n" % (2 * pause_s), 1)
    return text.replace("peer phones\n", "peer phones\n overlap sending\n overlap receiving %d\n" % pause_s, 1)


@pytest.fixture(name="gateway")
def the_gateway(own):
    return own(text=overlapping)


class Dialler(Call):
    """A caller that sends an INVITE for each part of the number."""

    def dial(self, number, body):
        at = self.target.split("@", 1)[1]
        self.target, self.remote = "sip:%s@%s" % (number, at), "<sip:%s@%s>" % (number, at)
        before = self.invited
        self.invite(body)
        if before:
            got = self.agent.wait(lambda m: m.status >= 200 and m.cseq == (before["seq"], "INVITE"))
            assert got.status == 484, got
            self.request("ACK", **{**before, "to": got.get("To")})
        self.response(100)
        return self


def test_number_reaches_the_line_digit_by_digit(gateway, phone, rtp):
    """600 is a whole number for the exchange: it answers without waiting for the pause."""
    party = rtp()
    call = Dialler(phone, "6").dial("6", sdp(party.port)).dial("60", sdp(party.port))
    wait_for("both ends of the line", lambda: [c["state"] for c in gateway.cli.json("calls")] == ["overlap", "collecting"])
    call.dial("600", sdp(party.port))
    party.remote = call.answered().media()
    assert party.hears_itself()
    call.bye()
    gateway.wait_idle()


def test_number_is_translated_as_it_grows(own, rtp):
    """The trunk prefix 0 is taken away or 00 is, once it is certain which; the line is told 6 and what is left."""
    def translating(ports, **how):
        text = overlapping(ports, **how) + "translation in\n match 00 strip 2\n match 0 strip 1\ntranslation out\n match any prepend 6\n"
        text = text.replace("peer phones\n", "peer phones\n translate in called in\n", 1)
        text = text.replace("trunk pstn\n", "trunk pstn\n translate out called out\n", 1)
        return text.replace(" from peer phones\n called 6\n", " from peer phones\n called 0\n", 1)

    gateway, party = own(text=translating), rtp()
    with gateway.phone() as phone:
        call = Dialler(phone, "0").dial("0", sdp(party.port)).dial("000", sdp(party.port))
        wait_for("the line", lambda: [c["state"] for c in gateway.cli.json("calls")] == ["overlap", "collecting"])
        call.dial("0000", sdp(party.port))
        party.remote = call.answered().media()
        call.bye()
        gateway.wait_idle()


def test_pause_ends_a_number(own, rtp):
    """The exchange has no 60: it refuses it once nothing more can come."""
    gateway = own(text=overlapping, pause_s=2)
    with gateway.phone() as phone:
        call = Dialler(phone, "60").dial("60", sdp(rtp().port))
        assert call.refused().status in (404, 484)
        gateway.wait_idle()


def is_asked_for(number, phone):
    asked = phone.answer_call()
    assert asked.invite_in.start.startswith("INVITE sip:%s@" % number), asked.invite_in
    return asked


def wants_more_than(number, phone):
    asked = is_asked_for(number, phone)
    asked.reply(asked.invite_in, 484, "Address Incomplete")
    return asked


def test_number_goes_through_the_line_to_a_phone_digit_by_digit(gateway, phone, rtp):
    """Into the line and back out of it: the called phone is asked with each digit that came, until it knows the number."""
    caller, callee = rtp(), rtp()
    call = Dialler(phone, "68").dial("68", sdp(caller.port))
    wants_more_than("68", phone)
    call.dial("6812", sdp(caller.port))
    asked = wants_more_than("681", phone)
    answering = is_asked_for("6812", phone)
    assert answering.call_id == asked.call_id
    answering.reply(answering.invite_in, 200, "OK", sdp(callee.port))
    callee.remote = answering.invite_in.media()
    caller.remote = call.answered().media()
    caller.hum(1000)
    wait_for("the caller's tone", lambda: abs(sound.frequency(callee.samples()[-800:]) - 1000) < 20)
    call.bye()
    answering.bye_comes()
    gateway.wait_idle()


def test_caller_that_gives_up_leaves_nothing(gateway, phone, rtp):
    """The caller gives up in the middle of dialling."""
    call = Dialler(phone, "6").dial("6", sdp(rtp().port)).dial("60", sdp(rtp().port))
    call.cancel()
    assert call.refused().status == 487
    gateway.wait_idle()
