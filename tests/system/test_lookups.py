"""Look-ups over HTTP and in DNS (ENUM): calls routed by the answer, without one, and given up while it is awaited; the cache."""
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

import config
from common import sip
from common.dns import Dns, naptr
from common.gateway import wait_for
from common.webserver import WebServer

SDP = sip.sdp(4000)


@pytest.fixture(name="web")
def a_web_server():
    made = []

    def make(*how, **more):
        made.append(WebServer(*how, **more))
        return made[-1]
    yield make
    for server in made:
        server.close()


@pytest.fixture(name="place")
def a_place():
    """Agents at addresses of their own."""
    made = []

    def make(host):
        made.append(sip.Agent(0, host))
        return made[-1]
    yield make
    for agent in made:
        agent.close()


def _section(server, *lines, timeout=20000, to="line refusing"):
    """Calls of 55x are looked up, and are refused (21, 603) by themselves."""
    return ("lookup l\n http %s\n timeout %d\n%s" % (server.url("/find"), min(timeout, 10000),
                                                     "".join(" %s\n" % line for line in lines)) +
            "route asked\n from peer phones\n called 55\n lookup l\n to %s\n" % to)


def _status(gateway):
    return gateway.cli.json("lookups")[0]


def _question(request):
    return {key: values[0] for key, values in parse_qs(urlsplit(request["path"]).query, keep_blank_values=True).items()}


def _answer(said):
    """By the number that is called."""
    return lambda request: said[_question(request)["called"]]


def test_an_answer_may_be_a_trunk_group(own, web):
    server = web(_answer({"551": (200, {"number": "600", "to": "trunk-group outside"}), "552": (200, {"to": "trunk-group nowhere"})}))
    gateway = own(extra="trunk-group outside\n member pstn\n" + _section(server))
    with gateway.phone() as phone:
        call = phone.call("551", SDP)
        call.answered()
        call_id = next(c["id"] for c in gateway.cli.json("calls") if c["from"].startswith("peer phones"))
        shown = gateway.cli.json("call %s" % call_id)
        assert (shown["to"]["name"], shown["to"]["trunk_group"]) == ("pstn", "outside")
        call.bye()
        assert phone.call("552", SDP).refused().status == 404
        assert "there is no trunk-group nowhere" in gateway.cli.run("route test 552 from peer phones calling 100")
        gateway.wait_idle(60)


def test_answers_route_calls_and_are_kept(own, web):
    server = web(_answer({"551": (200, {"number": "600", "to": "trunk pstn", "name": "Anna"}),
                          "552": (200, {"cause": 17}),
                          "553": (404, "nobody"),
                          "554": (200, {"to": "trunk nowhere"})}))
    gateway = own(extra=_section(server, "cache 2 1000"))
    phone = gateway.agent()
    for _ in range(2):
        call = phone.call("551", SDP)
        call.answered()
        call.bye()
        gateway.wait_idle()
    assert len(server.asked) == 1
    asked = _question(server.asked[0])
    assert (asked["called"], asked["from"]) == ("551", "peer phones") and "calling" in asked
    assert phone.call("552", SDP).refused().status == 486
    assert phone.call("553", SDP).refused().status == 603
    assert phone.call("554", SDP).refused().status == 404
    status = _status(gateway)
    assert {k: status[k] for k in ("asked", "hits", "found", "nothing", "refused", "failed", "cached", "waiting")} == {
        "asked": 4, "hits": 1, "found": 2, "nothing": 1, "refused": 1, "failed": 0, "cached": 2, "waiting": 0}
    steps = gateway.cli.run("route test 553 from peer phones calling 100")
    assert "look-up l has been asked, GET http://127.0.0.1:%d/find?called=553" % server.port in steps
    assert "nothing is known" in steps
    steps = gateway.cli.run("route test 551 from peer phones calling 100")  # it has given way to later ones
    assert "look-up l would be asked, GET" in steps and len(server.asked) == 4
    phone.close()
    gateway.wait_idle()


def test_no_answer_leads_to_what_the_caller_may_not_call(own, web):
    server = web(_answer({"551": (200, {"number": "99600", "to": "trunk pstn"}),
                          "552": (200, {"number": "600", "to": "trunk pstn"})}))
    gateway = own(text=lambda p: config.text(p, extra=_section(server, "cache 2 1000")).replace(
        "peer phones\n", "peer phones\n number deny 99\n", 1))
    phone = gateway.agent()
    assert phone.call("551", SDP).refused().status == 403
    assert "cause 21" in gateway.cli.run("route test 551 from peer phones calling 100")
    call = phone.call("552", SDP)
    call.answered()
    call.bye()
    phone.close()
    gateway.wait_idle()


@pytest.mark.parametrize("answer, error", [
    ((500, "oops"), "it answers 500"),
    ((302, ""), "it answers 302"),
    ((200, "{"), "it answers what is no JSON object"),
    ((200, b"\xff\0\xfe"), "it answers what is no JSON object"),
    ((200, {"number": "x"}), "it answers what is no number"),
    ((200, b'{"a": "' + b"x" * 20000 + b'"}'), "the answer is longer than 16384 octets"),
])
def test_useless_answers_are_failures_and_calls_go_on(own, web, answer, error):
    server = web(lambda request: answer)
    gateway = own(extra=_section(server))
    phone = gateway.agent()
    assert phone.call("551", SDP).refused().status == 603
    assert (_status(gateway)["failed"], _status(gateway)["error"]) == (1, error)
    phone.close()
    gateway.wait_idle()


def test_dead_and_silent_servers_end_in_a_refusal_in_time(own, web):
    server = web(lambda request: None)
    gateway = own(extra=_section(server, "on-failure refuse 38", timeout=2000))
    phone = gateway.agent()
    assert phone.call("551", SDP).refused().status == 503
    assert (_status(gateway)["timeouts"], _status(gateway)["error"]) == (1, "no answer in time")
    server.close()
    assert phone.call("551", SDP).refused().status == 503
    assert (_status(gateway)["failed"], _status(gateway)["timeouts"]) == (2, 1)
    phone.close()
    gateway.wait_idle()


def test_waiting_disturbs_no_other_call_and_ends_with_its_caller(own, web):
    held = threading.Event()

    def answer(request):
        held.wait(60)
        return 200, {"number": "600", "to": "trunk pstn"}
    server = web(answer)
    gateway = own(extra=_section(server, timeout=10000))
    phone = gateway.agent()
    waiting = phone.call("551", SDP)
    wait_for("asked", lambda: server.asked)
    assert [c["state"] for c in gateway.cli.json("calls")] == ["asking"]
    other = phone.call("600", SDP)
    other.answered()
    other.bye()
    assert _status(gateway)["waiting"] == 1
    waiting.cancel()
    assert waiting.refused().status == 487
    gateway.wait_idle()
    assert _status(gateway)["waiting"] == 0
    late = phone.call("551", SDP)
    wait_for("asked again", lambda: len(server.asked) == 2)
    held.set()
    late.answered()
    late.bye()
    phone.close()
    gateway.wait_idle()


def test_calls_that_ask_the_same_are_one_question(own, web):
    held = threading.Event()

    def answer(request):
        held.wait(60)
        return 200, {"cause": 17}
    server = web(answer)
    gateway = own(extra=_section(server))
    phone = gateway.agent()
    calls = [phone.call("551", SDP) for _ in range(4)]
    wait_for("all wait", lambda: _status(gateway)["waiting"] == 4, 60)
    calls[0].cancel()  # who asked first; the others wait on
    assert calls[0].refused(60).status == 487
    held.set()
    assert [call.refused(60).status for call in calls[1:]] == [486] * 3
    status = _status(gateway)
    assert {k: status[k] for k in ("asked", "joined", "refused", "failed", "waiting")} == {
        "asked": 1, "joined": 3, "refused": 1, "failed": 0, "waiting": 0}
    assert len(server.asked) == 1
    phone.close()
    gateway.wait_idle(60)


def _enum(regexp, order=10, service="E2U+sip"):
    return naptr(order, 1, service, "", flags="u", regexp=regexp)


def test_numbers_are_found_in_dns_and_what_dns_does_not_know_goes_by_the_route(own, place):
    """The peer of the address gets the number of DNS; when it is out of order, the route's own target is tried."""
    far = place("127.0.0.21")
    dns = Dns({"1.5.5.e164.test": [_enum("!^.*$!sip:wrong@far.example!", 5),
                                   _enum("!^\\+55(.*)$!sip:+4930\\1@far.example;user=phone!"),
                                   _enum("!^.*$!mailto:a@far.example!", 1, "E2U+email:mailto")],
               "3.5.5.e164.test": [_enum("!^.*$!sip:1@elsewhere.example!")]})
    gateway = own(extra="peer far\n address 127.0.0.21\n port %d\nlookup l\n enum e164.test\n dns-server 127.0.0.1 %d\n"
                        " domain far.example peer far\n on-failure refuse 38\n timeout 10000\nroute asked\n from peer phones\n called 55\n lookup l\n"
                        " strip 1\n to line refusing\n" % (far.port, dns.port))
    far.gateway = ("127.0.0.1", gateway.ports.sip)
    phone = gateway.agent()
    for status, got in (("486 Busy Here", 486), ("503 Service Unavailable", 603)):
        call = phone.call("551", SDP)
        invite = far.wait(lambda m: m.method == "INVITE")
        assert invite.start.startswith("INVITE sip:+49301@127.0.0.21")
        far.respond(invite, status)
        assert call.refused().status == got
        gateway.wait_idle()
    assert [name for name, _ in dns.asked] == ["1.5.5.e164.test"]
    assert phone.call("552", SDP).refused().status == 603
    assert phone.call("553", SDP).refused().status == 603
    assert phone.call("55*21", SDP).refused().status == 603  # it has no name in DNS, and nobody is asked
    assert "look-up l is not asked" in gateway.cli.run("route test 55*21 from peer phones")
    status = _status(gateway)
    assert {k: status[k] for k in ("asked", "hits", "found", "nothing", "failed", "cached")} == {
        "asked": 3, "hits": 1, "found": 1, "nothing": 2, "failed": 0, "cached": 3}
    steps = gateway.cli.run("route test 551 from peer phones")
    assert "look-up l has been asked, NAPTR 1.5.5.e164.test: number +49301, to peer far" in steps
    assert "The call would go to peer far: (no number) calls 49301." in steps
    phone.close()
    dns.close()
    gateway.wait_idle()


def test_answer_of_dns_is_kept_no_longer_than_dns_allows(own):
    dns = Dns({"1.5.5.e164.test": [_enum("!^.*$!sip:1@elsewhere.example!")]}, ttl=0)
    gateway = own(extra="lookup l\n enum e164.test\n dns-server 127.0.0.1 %d\n domain far.example peer phones\n cache 10 3600\n"
                        " cache-negative 3600\nroute asked\n from peer phones\n called 55\n lookup l\n to line refusing\n"
                  % dns.port)
    phone = gateway.agent()
    for _ in range(2):
        assert phone.call("551", SDP).refused(60).status == 603
    status = _status(gateway)
    assert {k: status[k] for k in ("asked", "hits", "nothing", "cached")} == {"asked": 2, "hits": 0, "nothing": 2, "cached": 0}
    phone.close()
    dns.close()
    gateway.wait_idle(60)


def test_silent_dns_ends_in_time_and_a_caller_who_waits_may_hang_up(own, place):
    place("127.0.0.21")
    dns = place("127.0.0.1")  # hears, and says nothing
    gateway = own(extra="lookup l\n enum e164.test\n dns-server 127.0.0.1 %d\n domain any peer phones\n timeout 500\n"
                        " on-failure refuse 38\nlookup slow\n enum slow.test\n dns-server 127.0.0.1 %d\n timeout 10000\n"
                        " domain any peer phones\nroute asked\n from peer phones\n called 551\n lookup l\n"
                        " to line refusing\nroute slow\n from peer phones\n called 552\n lookup slow\n"
                        " to line refusing\n" % (dns.port, dns.port))
    phone = gateway.agent()
    assert phone.call("551", SDP).refused().status == 503
    assert (_status(gateway)["timeouts"], _status(gateway)["error"]) == (1, "no answer in time")
    call = phone.call("552", SDP)
    wait_for("asked", lambda: [c["state"] for c in gateway.cli.json("calls")] == ["asking"])
    call.cancel()
    assert call.refused().status == 487
    phone.close()
    gateway.wait_idle()
