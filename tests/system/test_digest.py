"""Digest in calls: who is asked, by whom, and when again (RFC 3261 22)."""
import pytest
from common import digest
from common.sip import sdp

TEXT = """\
cli
 listen 127.0.0.1 {p.cli}
media
 ports {p.media} {last}
sip
 listen 127.0.0.1 {p.sip}
 timer-b 8000
peer pbx
 address 127.0.0.1
 port {p.phone}
 codecs pcma
{more}
line echo
 echo
line milliwatt
 tone milliwatt
route lines
 from peer pbx
 called 6
 to line echo
"""
AUTH = " auth user gateway password s3cret realm sip.test"
PROXY_AUTH = " auth user trunk password hidden realm proxy.test"
REALM = 'Digest realm="sip.test", nonce="%s", algorithm=SHA-256, qop="auth"'


@pytest.fixture(name="asking")
def gateway_with(own):
    def make(more):
        return own(text=lambda p: TEXT.format(p=p, last=p.media + 199, more=more))
    return make


def asked(call, request, nonce, proxy=False):
    """The request is refused with a challenge; what comes then shows the password."""
    kind = ("Proxy-Authenticate: ", "Proxy-Authorization") if proxy else ("WWW-Authenticate: ", "Authorization")
    call.reply(request, 407 if proxy else 401, "Who are you?", extra=[kind[0] + REALM % nonce])
    if request.method == "INVITE":
        call.wait_request("ACK")
    again = call.agent.wait(lambda m: m.method == request.method and nonce in m.get(kind[1]))
    assert digest.is_right(again.get(kind[1]), request.method, "gateway", "s3cret"), again.headers
    assert again.cseq[0] == request.cseq[0] + 1
    return again


def test_requests_within_a_call_answer_a_challenge(asking):
    """INVITE, PRACK, BYE; what is known by then is shown unasked."""
    gateway = asking(AUTH)
    with gateway.phone() as phone:
        gateway.originate("peer pbx 200 line milliwatt hold 1")
        call = phone.answer_call()
        invite = asked(call, call.invite_in, "one")
        call.reply(invite, 183, "Session Progress", sdp(40000), ["Require: 100rel", "RSeq: 1"])
        first = call.wait_request("PRACK")
        assert digest.fields(first.get("Authorization"))["nc"] == "00000002"
        assert digest.is_right(first.get("Authorization"), "PRACK", "gateway", "s3cret")
        prack = asked(call, first, "two", proxy=True)
        assert prack.get("RAck") == "1 %d INVITE" % invite.cseq[0]
        call.reply(prack, 200, "OK")
        call.reply(invite, 200, "OK")
        call.wait_request("ACK")
        bye = call.wait_request("BYE")
        for kind, nonce in ("Authorization", "one"), ("Proxy-Authorization", "two"):
            assert digest.is_right(bye.get(kind), "BYE", "gateway", "s3cret")
            assert digest.fields(bye.get(kind))["nonce"] == nonce
        bye = asked(call, bye, "three")
        call.reply(bye, 200, "OK")
        gateway.wait_idle()


def test_challenge_after_ringing(asking):
    """One branch rings, another one asks: the INVITE that answers is of no dialog."""
    gateway = asking(AUTH)
    with gateway.phone() as phone:
        gateway.originate("peer pbx 200 line milliwatt hold 1")
        call = phone.answer_call()
        call.reply(call.invite_in, 180, "Ringing", extra=["Record-Route: <sip:127.0.0.1:%d;lr>" % phone.port])
        again = asked(call, call.invite_in, "one")
        assert again.start == call.invite_in.start and "tag=" not in again.get("To") and not again.get("Route")
        call.local = again.get("To") + ";tag=other"
        call.reply(again, 200, "OK", sdp(40000))
        call.wait_request("ACK")
        assert call.bye_comes().get("To").endswith(";tag=other")
        gateway.wait_idle()


def test_proxy_and_server_ask_in_their_own_realms(asking):
    """RFC 3261 22.3: the third INVITE shows both passwords, and counts the first nonce on."""
    gateway = asking(AUTH + "\n" + PROXY_AUTH)
    with gateway.phone() as phone:
        gateway.originate("peer pbx 200 line milliwatt hold 1")
        call = phone.answer_call()
        call.reply(call.invite_in, 407, "Who are you?", extra=[
            'Proxy-Authenticate: Digest realm="proxy.test", nonce="p", algorithm=MD5, qop="auth"'])
        call.wait_request("ACK")
        second = call.wait_request("INVITE")
        assert digest.is_right(second.get("Proxy-Authorization"), "INVITE", "trunk", "hidden")
        third = asked(call, second, "s")
        said = third.get("Proxy-Authorization")
        assert digest.is_right(said, "INVITE", "trunk", "hidden")
        assert digest.fields(said)["nonce"] == "p" and digest.fields(said)["nc"] == "00000002"
        call.reply(third, 200, "OK", sdp(40000))
        call.wait_request("ACK")
        call.bye_comes()
        gateway.wait_idle()


def test_peer_is_asked_for_what_changes_a_call(asking):
    """A re-INVITE is; one that shows the password unasked is not, nor is a BYE."""
    gateway = asking(" authenticate user pbx password other")
    with gateway.phone() as phone:
        call = phone.call("600", sdp(40000))
        challenge = call.refused().get("WWW-Authenticate")
        call.remote = "<%s>" % call.target
        call.invite(sdp(40000), [shown(challenge, "INVITE", call, 1)]).answered()
        call.invite(sdp(40000, direction="sendonly", version=2))
        challenge = call.refused().get("WWW-Authenticate")
        assert "stale" not in challenge
        for count in 1, 2:
            call.invite(sdp(40000, direction="sendonly", version=2), [shown(challenge, "INVITE", call, count)]).answered()
        call.invite(sdp(40000, version=3), [shown(challenge, "INVITE", call, 2)])  # heard, and said again
        assert "stale=true" in call.refused().get("WWW-Authenticate")
        call.bye()
        gateway.wait_idle()


def test_answer_is_for_the_number_that_is_called(asking):
    gateway = asking(" authenticate user pbx password other")
    with gateway.phone() as phone:
        call = phone.call("600", sdp(40000))
        challenge = call.refused().get("WWW-Authenticate")
        other = digest.answer(challenge, "INVITE", "pbx", "other", "sip:601@127.0.0.1")
        call.remote = "<%s>" % call.target
        assert call.invite(sdp(40000), ["Authorization: " + other]).refused().status == 400
        assert "its answer is for sip:601@127.0.0.1, not for what it calls" in gateway.log()


def shown(challenge, method, call, count):
    return "Authorization: " + digest.answer(challenge, method, "pbx", "other", call.target, count)
