"""Offers of all kinds, and what is answered; changes of a session that cross each other."""
import contextlib
import re
import socket

import pytest
from common import ports
from common.gateway import wait_for
from common.sip import sdp

_KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
_PRINT = "a=setup:actpass\r\na=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\n"
_RTCP_SR = 72  # RFC 3550 12.1: payload type 200, as it looks where RTP is expected


def _offer(port, profile="RTP/AVP", payloads="8", more=""):
    return sdp(port, payloads).replace("RTP/AVP", profile) + more


def _refused(phone, body):
    return phone.call("600", body).refused(60)


@pytest.mark.parametrize("body,warning", [
    (_offer(40000, "RTP/SAVP", more=_KEY), '302 Crosspoint "Incompatible transport protocol"'),
    (_offer(40000, "RTP/SAVPF", more=_KEY), '302 Crosspoint "Incompatible transport protocol"'),
    (_offer(40000, "UDP/TLS/RTP/SAVPF", more=_PRINT), '302 Crosspoint "Incompatible transport protocol"'),
    (_offer(40000, payloads="18"), '305 Crosspoint "Incompatible media format"'),
    (_offer(0), '304 Crosspoint "Media type not available"'),
], ids=["SAVP", "SAVPF", "DTLS", "G.729", "no port"])
def test_offer_of_what_there_is_not_is_refused_with_the_reason(gateway, phone, body, warning):
    """RFC 3261 20.43."""
    got = _refused(phone, body)
    assert (got.status, got.get("Warning")) == (488, warning)
    gateway.wait_idle()


@pytest.mark.parametrize("body,lines", [
    (lambda at: _offer(at, "RTP/AVPF"), ["audio N RTP/AVPF 8"]),
    (lambda at: _offer(at, more=_KEY), ["audio N RTP/AVP 8"]),
    (lambda at: _offer(40000, "RTP/SAVP", more=_KEY) + "m=audio %d RTP/AVP 8\r\n" % at, ["audio 0 RTP/SAVP 8", "audio N RTP/AVP 8"]),
    (lambda at: _offer(at) + "m=image 40002 udptl t38\r\nm=video 40004 RTP/AVP 96\r\n",
     ["audio N RTP/AVP 8", "image 0 udptl t38", "video 0 RTP/AVP 96"]),
    (lambda at: _offer(at, payloads="18 3 8"), ["audio N RTP/AVP 8"]),
], ids=["AVPF", "AVP with a key", "encrypted or not", "fax and pictures", "other codecs"])
def test_what_can_be_had_of_an_offer_is_taken_line_by_line(gateway, phone, rtp, body, lines):
    """RFC 3264 6: as many lines as were offered, in their order; the port of those that are refused is 0. The echo is heard."""
    party = rtp()
    call = phone.call("600", body(party.port))
    got = call.answered(60)
    assert [re.sub(r" [1-9]\d* ", " N ", line, count=1) for line in re.findall(r"(?m)^m=(.*?)\r?$", got.body)] == lines, got.body
    assert "a=crypto" not in got.body
    party.remote = ("127.0.0.1", int(re.search(r"(?m)^m=audio ([1-9]\d*) ", got.body).group(1)))
    party.hum(1000)
    wait_for("the echo", lambda: max(map(abs, party.listen(0.3)), default=0) > 5000)
    call.bye()
    gateway.wait_idle()


@pytest.mark.parametrize("asks", [True, False], ids=["asked", "not asked"])
def test_reports_come_over_the_port_of_the_sound_to_who_asks(gateway, phone, rtp, asks):
    """RFC 5761."""
    party = rtp()
    call = phone.call("601", _offer(party.port, more="a=rtcp-mux\r\n" if asks else ""))
    assert ("a=rtcp-mux" in call.answered(60).body) == asks
    wait_for("a report, or the sound of six seconds",
             lambda: [p for p in list(party.packets) if p[1] == _RTCP_SR] or not asks and len(party.packets) > 300)
    assert asks or not [p for p in list(party.packets) if p[1] == _RTCP_SR]
    call.bye()
    gateway.wait_idle()


def test_reports_go_where_the_offer_says(gateway, phone, rtp):
    """RFC 3605."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as reports:
        reports.bind(("127.0.0.1", ports.any_port("udp")))
        reports.settimeout(60)
        call = phone.call("601", _offer(rtp().port, more="a=rtcp:%d\r\n" % reports.getsockname()[1]))
        call.answered(60)
        said = reports.recv(1500)
        assert said[0] >> 6 == 2 and said[1] == 200
        call.bye()
    gateway.wait_idle()


@pytest.fixture(name="crossing")
def two_legs(gateway, phone, rtp):
    """A call of another's over the line to the phone, which both hold and retrieve at will."""
    here, there = rtp(), rtp()
    with gateway.agent() as other:
        out = other.call("680", sdp(here.port))
        call = phone.answer_call(60)
        call.reply(call.invite_in, 200, "OK", sdp(there.port))
        call.wait_request("ACK", 60)
        out.answered(60)
        call.seq = 100
        yield out, call, here, there
        out.agent.drain()
        out.request("BYE")
        call.bye_comes(60)
        assert out.response(method="BYE", timeout=60).status == 200
    gateway.wait_idle()


def _reinvite(call, after=0):
    """The gateway's next one within this dialog."""
    return call.agent.wait(lambda m: m.method == "INVITE" and "tag=" in m.get("To") and m.get("Call-ID") == call.call_id
                           and m.cseq[0] > after, 60)


def _final(call):
    """The final answer to our last INVITE, whatever came in between."""
    return call.agent.wait(lambda m: m.status >= 200 and m.cseq == (call.invited["seq"], "INVITE")
                           and m.get("Call-ID") == call.call_id, 60)


def test_changes_that_cross_are_asked_for_again(crossing):
    """RFC 3261 14.1, 14.2: the gateway asks the one side to be on hold, as the other wants; that side's own change meanwhile
    is 491; and the gateway, that gets 491 as well, asks again later."""
    out, call, here, there = crossing
    call.invite(sdp(there.port, direction="sendonly", version=2))
    assert _final(call).status == 200
    call.ack()
    first = _reinvite(out)
    out.reply(first, 100, "Trying")
    assert "a=sendonly" in first.body
    out.invite(sdp(here.port, version=2))
    got = _final(out)
    assert got.status == 491
    out.request("ACK", **{**out.invited, "to": got.get("To")})
    out.reply(first, 491, "Request Pending")
    again = _reinvite(out, first.cseq[0])
    assert "a=sendonly" in again.body
    out.reply(again, 200, "OK", sdp(here.port, direction="recvonly", version=3))
    out.agent.wait(lambda m: m.method == "ACK" and m.cseq[0] == again.cseq[0], 60)
    out.invite(sdp(here.port, direction="recvonly", version=4))
    got = _final(out)
    assert got.status == 200 and "a=sendonly" in got.body, "the change that waited"
    out.ack()
