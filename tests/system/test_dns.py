"""Peers that are named (RFC 3263): NAPTR, SRV, addresses; the next place when one fails; an outbound proxy."""
import re
import socket

import pytest

from common import ports, sip
from common.dns import A, AAAA, NAPTR, SRV, Dns, a, aaaa, naptr, srv
from common.gateway import wait_for


def _config(p, dns, peer, more=""):
    return ("cli\n listen 127.0.0.1 %d\nmedia\n ports %d %d\nsip\n listen 127.0.0.1 %d\n timer-b 8000\n"
            " dns-server 127.0.0.1 %d\n%s"
            "peer phones\n%sroute out\n to peer phones\n"
            "peer caller\n address 127.0.0.31\nroute in\n from peer caller\n to peer phones\n" % (
                p.cli, p.media, p.media + 199, p.sip, dns.port, more, peer))


@pytest.fixture(name="names")
def the_dns():
    made = []

    def make(records, **how):
        made.append(Dns(records, **how))
        return made[-1]
    yield make
    for dns in made:
        dns.close()


@pytest.fixture(name="place")
def a_place():
    """Agents at addresses of their own, where calls arrive."""
    made = []

    def make(host):
        made.append(sip.Agent(0, host))
        return made[-1]
    yield make
    for agent in made:
        agent.close()


class _Out:
    """A call to the named peer, asked for by another one."""

    def __init__(self, gateway, names):
        wait_for("the name is known", lambda: gateway.cli.json("peers")[0]["address"] != ":0" and names.asked)
        self.agent = sip.Agent(gateway.ports.sip, "127.0.0.31")
        self.call = self.agent.call("600", sip.sdp(4000))

    def close(self):
        self.agent.close()


def _aim(agent, gateway):
    agent.gateway = ("127.0.0.1", gateway.ports.sip)
    return agent


def _invited(agent):
    return agent.wait(lambda m: m.method == "INVITE")


def _srv(*rows):
    """{service: [...], hosts...} of (priority, agent)."""
    records = {"_sip._udp.pbx.test": [srv(priority, 10, agent.port, "h%d.test" % i)
                                      for i, (priority, agent) in enumerate(rows)]}
    records.update({"h%d.test" % i: [a(agent.host)] for i, (_, agent) in enumerate(rows)})
    return records


def test_srv_priorities_are_kept_and_the_next_place_is_tried_on_503(own, names, place):
    first, second = place("127.0.0.21"), place("127.0.0.22")
    dns = names(_srv((20, second), (10, first)))
    gateway = own(text=_config, dns=dns, peer=" address pbx.test\n")
    for agent in (first, second):
        _aim(agent, gateway)
    out = _Out(gateway, dns)
    invite = _invited(first)
    assert invite.start == "INVITE sip:600@pbx.test;user=phone SIP/2.0"
    assert not invite.all("Route")
    first.respond(invite, "503 Service Unavailable", "Retry-After: 60")
    again = _invited(second)
    assert (again.get("Call-ID"), again.start) == (invite.get("Call-ID"), invite.start)
    second.respond(again, "486 Busy Here")
    assert out.agent.wait(lambda m: m.status >= 300).status == 486
    out.close()
    # it is left alone for as long as it asked
    other = _Out(gateway, dns)
    second.respond(_invited(second), "486 Busy Here")
    other.close()
    assert not [m for m in first.waiting if m.method == "INVITE"]


def test_silent_place_is_given_up_in_seconds_and_its_late_answer_cleared(own, names, place):
    silent, good = place("127.0.0.21"), place("127.0.0.22")
    dns = names(_srv((1, silent), (2, good)))
    gateway = own(text=_config, dns=dns, peer=" address pbx.test\n failover 1\n")
    for agent in (silent, good):
        _aim(agent, gateway)
    out = _Out(gateway, dns)
    late = _invited(silent)
    call = good.answer_call()
    silent.respond(late, "200 OK", "Contact: <sip:late@127.0.0.21:%d>" % silent.port, tag="late")
    assert silent.wait(lambda m: m.method == "ACK")
    assert silent.wait(lambda m: m.method == "BYE")
    good.respond(call.invite_in, "486 Busy Here")
    assert out.agent.wait(lambda m: m.status >= 300).status == 486
    out.close()


def _answer_options(agent):
    agent.respond(agent.wait(lambda m: m.method == "OPTIONS"), "200 OK")


def _lives(agent):
    """It answers what has come by now."""
    for message in agent.drain():
        if message.method == "OPTIONS":
            agent.respond(message, "200 OK")


def test_each_place_is_monitored_and_calls_go_to_one_that_lives(own, names, place):
    """The peer is down when no place answers and the name is known; the one that is silent is called last."""
    first, second = place("127.0.0.21"), place("127.0.0.22")
    dns = names(_srv((1, first), (2, second)))
    gateway = own(text=lambda p: _config(p, dns, " address pbx.test\n options 5\n").replace("timer-b 8000", "timer-b 2000"))
    for agent in (first, second):
        _aim(agent, gateway)

    def state():
        return gateway.cli.json("peers")[0]
    _answer_options(second)
    wait_for("the second answers", lambda: state()["state"] == "reachable")
    wait_for("the first is known to be silent", lambda: _lives(second) or "127.0.0.21:%d down, 127.0.0.22:%d up" % (
        first.port, second.port) == state()["places"])
    assert "peer-down" not in gateway.log()
    out = _Out(gateway, dns)
    second.respond(_invited(second), "486 Busy Here")
    assert out.call.refused().status == 486
    out.close()
    wait_for("all are silent", lambda: state()["state"] == "unreachable")
    first.drain()
    _answer_options(first)
    wait_for("the first answers again", lambda: "127.0.0.21:%d up" % first.port in state()["places"])
    assert state()["state"] == "reachable"


def test_refused_place_is_passed_over_at_once(own, names, place):
    good = place("127.0.0.22")
    dns = names({"_sip._udp.pbx.test": [srv(1, 0, ports.any_port("udp", "127.0.0.23"), "gone.test"),
                                        srv(2, 0, good.port, "good.test")],
                 "gone.test": [a("127.0.0.23")], "good.test": [a("127.0.0.22")]})
    gateway = own(text=_config, dns=dns, peer=" address pbx.test\n failover 30\n")
    _aim(good, gateway)
    out = _Out(gateway, dns)
    good.respond(_invited(good), "486 Busy Here")
    out.close()


def test_naptr_says_which_transport(own, names):
    with socket.create_server(("127.0.0.24", 0)) as listener:
        dns = names({"pbx.test": [naptr(20, 10, "SIP+D2U", "_sip._udp.pbx.test"),
                                  naptr(10, 10, "SIP+D2T", "_sip._tcp.pbx.test")],
                     "_sip._tcp.pbx.test": [srv(1, 0, listener.getsockname()[1], "tcp.test")],
                     "tcp.test": [a("127.0.0.24")]})
        gateway = own(text=_config, dns=dns, peer=" address pbx.test\n options 5\n")
        listener.settimeout(60)
        sock, _ = listener.accept()
        with sock:
            sock.settimeout(60)
            text = sock.recv(4096).decode()
        assert text.startswith("OPTIONS sip:pbx.test SIP/2.0\r\n")
        assert re.search("Via: SIP/2.0/TCP 127.0.0.1:%d" % gateway.ports.sip, text)
        assert ("pbx.test", NAPTR) in dns.asked and ("_sip._tcp.pbx.test", SRV) in dns.asked


def test_port_leaves_srv_aside_and_requests_are_known_from_every_address(own, names, place):
    one, two = place("127.0.0.21"), place("127.0.0.22")
    dns = names({"pbx.test": [a("127.0.0.21"), a("127.0.0.22")]})
    gateway = own(text=_config, dns=dns, peer=" address pbx.test\n port %d\n" % one.port)
    wait_for("the name is known", lambda: gateway.cli.json("peers")[0]["address"] != ":0")
    assert {kind for _, kind in dns.asked} == {A}
    for agent in (one, two):
        call = _aim(agent, gateway).call("600", sip.sdp(4000))
        assert agent.wait(lambda m: m.status >= 200).status != 403
        assert call


def test_name_leads_to_ipv6(own, names, place):
    """And to nothing of IPv4, of which there is a socket too."""
    six = place("::1")
    dns = names({"_sip._udp.pbx.test": [srv(1, 0, six.port, "six.test")], "six.test": [aaaa("::1")]})
    gateway = own(text=_config, dns=dns, peer=" address pbx.test\n options 5\n",
                  more=" listen udp ::1 %d\n" % ports.any_port("udp", "::1"))
    request = six.wait(lambda m: m.method == "OPTIONS")
    assert request.start == "OPTIONS sip:pbx.test SIP/2.0"
    assert request.get("Via").startswith("SIP/2.0/UDP [::1]:")
    assert {("six.test", A), ("six.test", AAAA)} <= set(dns.asked)
    assert gateway.cli.json("peers")[0]["address"] == "[::1]:%d" % six.port


def test_proxy_gets_the_requests_and_the_peer_is_who_is_asked(own, names, place):
    proxy = place("127.0.0.21")
    dns = names({})
    gateway = own(text=_config, dns=dns, peer=" address pbx.test\n proxy 127.0.0.21 %d\n" % proxy.port)
    _aim(proxy, gateway)
    names_known = sip.Agent(gateway.ports.sip, "127.0.0.31")
    names_known.call("600", sip.sdp(4000))
    invite = _invited(proxy)
    assert invite.start == "INVITE sip:600@pbx.test;user=phone SIP/2.0"
    assert invite.get("To") == "<sip:600@pbx.test;user=phone>"
    proxy.respond(invite, "486 Busy Here")
    names_known.close()


def _call_to(gateway, callee, contact):
    """A call that the callee answers with that Contact: both ends of it."""
    agent = sip.Agent(gateway.ports.sip, "127.0.0.31")
    call = agent.call("600", sip.sdp(4000))
    asked = callee.answer_call()
    callee.send("\r\n".join([
        "SIP/2.0 200 OK", *["%s: %s" % h for h in asked.invite_in.headers if h[0] in ("Via", "From", "Call-ID", "CSeq")],
        "To: " + asked.local, "Contact: " + contact, "Content-Type: application/sdp",
        "Content-Length: %d" % len(sip.sdp(4002)), "", sip.sdp(4002)]))
    return agent, call


def test_requests_in_a_call_follow_a_name_that_moves(own, names, place):
    """Where the callee's Contact is a name: the ACK goes where it leads, and so does a BYE, also when it leads elsewhere
    since; but not before what the DNS said has had its time."""
    callee, first, second = (place("127.0.0.%d" % host) for host in (21, 22, 23))
    dns = names({"_sip._udp.bob.test": [srv(1, 0, first.port, "bob1.test")], "bob1.test": [a(first.host)]}, ttl=12)
    gateway = own(text=_config, dns=dns, peer=" address %s\n port %d\n" % (callee.host, callee.port))
    for agent in (callee, first, second):
        _aim(agent, gateway)
    ends = []
    for _ in range(2):
        caller, call = _call_to(gateway, callee, "<sip:bob@bob.test>")
        assert first.wait(lambda m: m.method == "ACK").start == "ACK sip:bob@bob.test SIP/2.0"
        call.answered()
        ends.append((caller, call))
    dns.records.update({"_sip._udp.bob.test": [srv(1, 0, second.port, "bob2.test")], "bob2.test": [a(second.host)]})
    for there, (caller, call) in zip((first, second), ends):
        call.bye()
        bye = there.wait(lambda m: m.method == "BYE")
        assert bye.start == "BYE sip:bob@bob.test SIP/2.0"
        there.respond(bye, "200 OK")
        caller.close()
        if there is first:
            asked = len(dns.asked)
            wait_for("the name is asked for again", lambda n=asked: ("bob2.test", A) in dns.asked[n:])
    gateway.wait_idle()
    assert not any(m.method for m in callee.waiting)
