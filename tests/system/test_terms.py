"""The terms of others: what they may ask for and say in URIs and headers, as whole calls. A call goes from one peer over
a line, or straight, to another, which is told as it wants to be told."""
import pytest
from common import ports
from common.gateway import wait_for
from common.sip import Call, sdp

# op: numbers with "+", trunks by name, History-Info, Remote-Party-ID. pub: numbers as they come, Diversion,
# P-Preferred-Identity. own: not trusted, with numbers of its own. Of two trunks the first is narrow.
_PEERS = """\
peer op
 address 127.0.0.4
 port {op}
 trusted
 number-format e164
 country-code 49
 trunk-context gw.test
 diversion history-info
 send identity rpid
peer pub
 address 127.0.0.5
 port {pub}
 trusted
 send identity ppi
 phone-context +49
peer own
 address 127.0.0.6
 port {own}
 numbers 4930
"""

_ROUTES = """\
route by-narrow-or-pstn
 from any
 called 67
 to trunk narrow
 to trunk pstn
route from-narrow
 from trunk far-narrow
 called 67
 to peer op
route from-pstn
 from trunk exchange
 called 67
 to peer op
route abroad
 from any
 called 49
 to trunk pstn
route from-abroad
 from trunk exchange
 called 49
 to peer op
route to-pub
 from any
 called 77
 to peer pub
route to-own
 from any
 called 78
 to peer own
route to-op
 from any
 called 79
 to peer op
route centre
 from trunk far-mu
 called exact 112
 to peer pub
emergency
 number 112
 to trunk mu
 except trunk far-mu
 calling from peer own 0301234567
"""


class Three:
    """A gateway and its three peers."""

    def __init__(self, own):
        hosts = {"op": "127.0.0.4", "pub": "127.0.0.5", "own": "127.0.0.6"}
        places = {name: ports.any_port("udp", host) for name, host in hosts.items()}
        self.gateway = own(extra=_PEERS.format(**places) + _ROUTES)
        self.op, self.pub, self.own = (self.gateway.agent(hosts[name], places[name]) for name in ("op", "pub", "own"))

    def close(self):
        for agent in (self.op, self.pub, self.own):
            agent.close()

    def call(self, caller, uri, headers=(), caller_is="<sip:100@x>"):
        """{} in the URI: where the gateway is."""
        call = Call(caller)
        call.target = uri.format(call.target.partition("@")[2])
        call.remote, call.local = "<%s>" % call.target, caller_is + ";tag=" + call.local.partition("tag=")[2]
        return call.invite(sdp(4000), headers)

    def heard(self, caller, uri, callee, *said):
        """The INVITE that the callee gets of such a call, which it refuses."""
        call = self.call(caller, uri, *said)
        back = callee.answer_call(60)
        back.reply(back.invite_in, 486)
        assert call.refused(60).status == 486
        back.wait_request("ACK", 60)
        self.gateway.wait_idle(60)
        for agent in (self.op, self.pub, self.own):
            agent.drain()  # an INVITE sent twice is no second call
        return back.invite_in


@pytest.fixture(name="three")
def three_peers(own):
    made = Three(own)
    yield made
    made.close()


def _uri(message, header):
    """What stands in < >, without the address."""
    return [value.partition("<")[2].partition("@")[0] for value in message.all(header)]


def test_trunk_is_asked_for_and_told_in_uris(three):
    """RFC 4904: by its name in the called URI, among those of the call's route; it is told as the caller's in Contact. One in
    another's context, or of who has none, means nothing."""
    rows = ((three.op, ";tgrp=pstn;trunk-context=gw.test", "exchange"),
            (three.op, ";tgrp=narrow;trunk-context=gw.test", "far-narrow"),
            (three.op, ";tgrp=pstn;trunk-context=other.test", "far-narrow"),
            (three.pub, ";tgrp=pstn;trunk-context=gw.test", "far-narrow"))
    for caller, asked, came_from in rows:
        got = three.heard(caller, "sip:670%s@{}" % asked, three.op)
        assert _uri(got, "Contact") == ["sip:100;tgrp=%s;trunk-context=gw.test" % came_from], asked
    refused = three.call(three.op, "sip:670;tgrp=nope;trunk-context=gw.test@{}").refused(60)
    assert refused.status == 404 and "cause=3;" in refused.get("Reason"), refused.headers
    assert "tgrp" not in three.heard(three.op, "sip:770@{}", three.pub).get("Contact"), "it wants none"


def test_where_a_ported_number_is_goes_through_to_who_may_know(three):
    """RFC 4694; only who is trusted says it, and is told."""
    asked = "sip:7{};npdi;rn=+49-301234;cic=+49-7@{{}};user=phone"
    got = three.heard(three.op, asked.format(7), three.pub)
    assert got.start.startswith("INVITE sip:77;phone-context=+49;rn=+49301234;npdi;cic=+497@"), got
    got = three.heard(three.pub, asked.format(9), three.op)
    assert got.start.startswith("INVITE sip:79;rn=+49301234;npdi;cic=+497@"), got
    got = three.heard(three.op, asked.format(8), three.own)
    assert got.start.startswith("INVITE sip:78@"), got
    got = three.heard(three.own, asked.format(7), three.pub)
    assert got.start.startswith("INVITE sip:77;phone-context=+49@"), got


def test_who_calls_is_heard_and_told_in_the_header_agreed(three):
    """What a network says goes before what a user says of itself, which must be a number of its own; Remote-Party-ID has
    a privacy of its own."""
    rpid = 'Remote-Party-ID: "Al" <sip:+4930777@x>;party=calling;screen=yes;privacy='
    got = three.heard(three.op, "sip:770@{}", three.pub, [rpid + "off", "P-Preferred-Identity: <sip:+4930999@x>"])
    assert _uri(got, "P-Preferred-Identity") == _uri(got, "From") == ["sip:+4930777"]
    assert got.get("P-Preferred-Identity").startswith('"Al" <')
    assert not got.all("P-Asserted-Identity") + got.all("Remote-Party-ID") + got.all("Privacy")
    got = three.heard(three.pub, "sip:670@{}", three.op, [rpid + "off"])
    assert _uri(got, "Remote-Party-ID") == _uri(got, "From") == ["sip:+4930777"]
    assert got.get("Remote-Party-ID").endswith(";party=calling;screen=yes;privacy=off")
    got = three.heard(three.pub, "sip:670@{}", three.op, [rpid + "full"])
    assert _uri(got, "Remote-Party-ID") == ["sip:+4930777"] and got.get("Privacy") == "id"
    assert got.get("Remote-Party-ID").endswith(";screen=yes;privacy=full")
    assert got.get("From").startswith('"Anonymous" <sip:anonymous@anonymous.invalid>')
    for wish, told in (("+4930999", "sip:+4930999"), ("+4440999", "sip:+4930100")):
        got = three.heard(three.own, "sip:670@{}", three.op, [rpid + "off", "P-Preferred-Identity: <sip:%s@x>" % wish],
                          "<sip:+4930100@x>")
        assert _uri(got, "Remote-Party-ID") == [told], "no network's word is taken from it"
    got = three.heard(three.own, "sip:670@{}", three.op, ["P-Preferred-Identity: <sip:+4930999@x>", "Privacy: id"])
    assert got.get("Privacy") == "id" and "4930999" not in got.get("From")
    got = three.heard(three.op, "sip:780@{}", three.own, [rpid + "full"])
    assert not [h for h in got.headers if "4930777" in h[1]], "not trusted"


@pytest.mark.parametrize("uri,called", [
    ("tel:+49-30-680", "sip:+4930680"), ("sip:+4930680@{};user=phone", "sip:+4930680"),
    ("tel:67-0;phone-context=gw.test", "sip:670"), ("tel:670;phone-context=+49", "sip:670"),
], ids=["global tel", "global sip", "local tel", "local of the country"])
def test_telephone_number_of_each_kind_is_called(three, rtp, uri, called):
    """RFC 3966: from INVITE to BYE, sound in between, over the line."""
    here, there = rtp(), rtp()
    call = Call(three.op)
    call.target = uri.format(call.target.partition("@")[2])
    call.remote = "<%s>" % call.target
    call.invite(sdp(here.port))
    back = three.op.answer_call(60)
    assert back.invite_in.start.startswith("INVITE %s@" % called), back.invite_in
    there.remote = back.invite_in.media()
    there.hum(1000)
    back.reply(back.invite_in, 200, body=sdp(there.port))
    call.answered(60)
    wait_for("sound", lambda: max(map(abs, here.listen(0.3)), default=0) > 5000)
    call.request("BYE")
    back.bye_comes(60)
    assert call.response(method="BYE").status == 200
    three.gateway.wait_idle(60)


def test_number_that_is_local_elsewhere_is_not_here(three):
    assert three.call(three.op, "tel:670;phone-context=+43").refused(60).status == 404


def test_history_goes_on_as_it_is_told(three):
    """RFC 7044 in and out, straight and over a line, which has no reason of the first diversion but of the last (EN 300 207);
    RFC 5806 to who has that, and back."""
    history = ["History-Info: <sip:+4930200@x>;index=1, <sip:+4930300@x;cause=486>;index=1.1;mp=1,"
               " <sip:670@x;cause=302>;index=1.1.1;mp=1.1"]
    diverted = ["Diversion: <sip:+4930300@x>;reason=unconditional, <sip:+4930200@x>;reason=user-busy"]
    for caller, said in ((three.op, history), (three.pub, diverted)):
        for called, first in (("670", 404), ("79", 486)):
            got = three.heard(caller, "sip:%s@{}" % called, three.op, said)
            assert _uri(got, "History-Info") == ["sip:+4930200", "sip:+4930300", "sip:" + called], got.headers
            ends = ";index=1", ";cause=%d>;index=1.1;mp=1" % first, ";cause=302>;index=1.1.1;mp=1.1"
            assert [v.endswith(e) for v, e in zip(got.all("History-Info"), ends)] == [True] * 3, got.headers
        got = three.heard(caller, "sip:770@{}", three.pub, said)
        assert _uri(got, "Diversion") == ["sip:+4930300", "sip:+4930200"] and not got.all("History-Info"), got.headers
        reasons = ";reason=unconditional;", ";reason=user-busy;"
        assert [r in v for v, r in zip(got.all("Diversion"), reasons)] == [True] * 2, got.headers


def test_centre_is_told_the_number_to_call_back(three):
    """Whatever the caller says of itself, and however secret."""
    said = ["P-Preferred-Identity: <sip:+4930999@x>", "Privacy: id"]
    assert _uri(three.heard(three.own, "sip:112@{}", three.pub, said), "From") == ["sip:0301234567;phone-context=+49"]
    assert _uri(three.heard(three.op, "sip:112@{}", three.pub), "From") == ["sip:100;phone-context=+49"]
