"""Routes by more than what is dialled: who calls, who diverted the call, what is known of the numbers."""
import json

import config
import pytest
from common import ports
from common.sip import sdp

# What is dialled is 880 for all; the cause of a line of our own tells which route a call took.
_EXTRA = """\
route by-caller
 from peer phones
 called 880
 when calling exact 4930100
 to line no-circuit
route by-callers
 from peer phones
 called 880
 when calling 4930
 to line refusing
route diverted
 from peer phones
 called 880
 when redirecting 4930200
 to line unallocated
route hidden
 from peer phones
 called 880
 when presentation restricted
 to line congested
route longest-does-not-hold
 from peer phones
 called 8801
 when bearer unrestricted
 to line busy
route rest
 from peer phones
 called 88
 to line odd-cause
"""


@pytest.fixture(name="routing")
def routing_gateway(own):
    return own(extra=_EXTRA)


def test_route_depends_on_more_than_the_number(routing, rtp):
    party = rtp()
    rows = (
        ("880", ["P-Asserted-Identity: <sip:+4930100@x>"], 34),
        ("880", ["P-Asserted-Identity: <sip:+49301000@x>"], 21),
        ("880", ["P-Asserted-Identity: <sip:+4440@x>", "Diversion: <sip:+4930200@x>;reason=user-busy"], 1),
        ("880", ["P-Asserted-Identity: <sip:+4440@x>", "Privacy: id"], 42),
        ("880", ["P-Asserted-Identity: <sip:+4440@x>"], 122),
        ("8801", ["P-Asserted-Identity: <sip:+4440@x>"], 122),
        ("8801", ["P-Asserted-Identity: <sip:+4930100@x>"], 34),
    )
    with routing.phone() as phone:
        for number, headers, cause in rows:
            since = routing.mark()
            call = phone.call(number, sdp(party.port, "0 8"), extra=headers)
            call.refused()
            assert "cause %d " % cause in routing.only("call [0-9]+: from", since), (number, headers)


def _test(gateway, rest):
    return json.loads(gateway.cli.run("route test %s json" % rest))


def test_route_test_foretells_what_a_call_does(routing, rtp):
    """The channel that it names is the one that the call then takes, however often it was asked before."""
    party = rtp()
    for _ in range(5):
        told = _test(routing, "600 from peer phones calling 4930100")
    assert (told["route"], told["to"], told["called"], told["calling"]) == ("out", "trunk pstn", "600", "4930100")
    with routing.phone() as phone:
        call = phone.call("600", sdp(party.port, "8"))
        call.answered()
        assert told["channel"] in routing.cli.run("show calls json")
        second = _test(routing, "600 from peer phones")
        assert second["channel"] != told["channel"]
        call.bye()
    routing.wait_idle()


def test_route_test_says_each_step(routing):
    told = _test(routing, "8801 from peer phones calling 4440 presentation restricted")
    assert told["steps"] == [
        "peer phones 4440 calls 8801, called type unknown, calling type unknown restricted, bearer speech",
        "limits and number lists of peer phones let it in",
        "route by-caller (called 880): no, calling number is not 4930100",
        "route by-callers (called 880): no, calling number does not begin with 4930",
        "route diverted (called 880): no, redirecting number does not begin with 4930200",
        "route longest-does-not-hold (called 8801): no, bearer is not unrestricted",
        "route rest (called 88): no, it fits, but route hidden has more digits",
        "route hidden (called 880) takes the call",
        "line congested takes it",
    ], told["steps"]
    said = routing.cli.run("route test 8801 from peer phones calling 4440 presentation restricted")
    assert "  9  line congested takes it" in said and "The call would go to line congested: 4440 calls 8801." in said


def test_route_test_tells_why_a_call_would_fail(own):
    gateway = own(extra=_EXTRA + """\
peer limited
 address 127.0.0.4
 number deny 60
route limited
 from peer limited
 to trunk narrow
 to trunk pstn
fraud few
 from peer limited
 called 61
 calls 1
emergency
 number 112
 to trunk pstn
""")
    assert _test(gateway, "999 from peer phones")["cause"] == 1
    assert _test(gateway, "8 from peer phones")["cause"] == 28
    assert _test(gateway, "999 from trunk far-mu")["cause"] == 1
    refused = _test(gateway, "600 from peer limited")
    assert (refused["cause"], refused["why"], refused["route"]) == (21, "number not allowed", None)
    assert "rules against fraud let it through" in _test(gateway, "611 from peer limited")["steps"]
    gateway.cli.run("lock trunk narrow no-graceful")
    second = _test(gateway, "700 from peer limited")
    assert "trunk narrow: no free channel, cause 34 no circuit/channel available" in second["steps"]
    assert second["to"] == "trunk pstn" and second["channel"].startswith("e1-1/")
    emergency = _test(gateway, "112 from peer limited")
    assert (emergency["route"], emergency["to"]) == ("emergency", "trunk pstn")
    assert "there is no peer nobody" in gateway.cli.run("route test 1 from peer nobody")
    assert "right would be: speech|audio|unrestricted" in gateway.cli.run("route test 1 from peer phones bearer x")


_TRANSLATIONS = """\
translation from-phones
 match 0 strip 1 type national
 match any keep
translation to-line
 match any from-type national prepend 6
translation callers
 match 4930 strip 4 type subscriber
 match none replace 111 presentation restricted
 match any keep
translation diverters
 match any replace 222
route national-out
 from peer phones
 called 99
 when called-type national
 translate called back
 translate redirecting diverters
 to trunk pstn
translation back
 match 99 strip 1 type national
route digits
 from trunk exchange
 called exact 6980
 to line odd-cause
route translated
 from trunk exchange
 called exact 6981
 to peer strict
"""


def _translating(ports, **how):
    text = config.text(ports, extra=_TRANSLATIONS, **how)
    text = text.replace("peer phones\n", "peer phones\n translate in called from-phones\n translate in calling callers\n", 1)
    return text.replace("trunk pstn\n", "trunk pstn\n translate out called to-line\n", 1)


def test_numbers_are_translated_from_there_by_the_route_and_to_there(own, rtp):
    party = rtp()
    gateway = own(text=_translating)
    told = _test(gateway, "09981 from peer phones calling 4930100 redirecting 5")
    assert told["steps"][2:4] == [
        "translations of where it comes from: called number 09981 (unknown, allowed) becomes 9981 (national, e164, allowed)",
        "translations of where it comes from: calling number 4930100 (unknown, allowed) becomes 100 (subscriber, e164, allowed)",
    ], told["steps"]
    assert (told["called"], told["calling"], told["route"]) == ("6981", "100", "national-out"), told
    with gateway.phone() as phone, gateway.agent("127.0.0.3", gateway.ports.strict) as strict:
        call = phone.call("09981", sdp(party.port, "0 8"),
                          extra=["P-Asserted-Identity: <sip:4930100@x>", "Diversion: <sip:5@x>;reason=user-busy"])
        back = strict.answer_call()
        assert "sip:100@" in back.invite_in.get("From") and "sip:6981@" in back.invite_in.start
        back.reply(back.invite_in, 486)
        call.refused()
        # without a number of the caller's
        call = phone.call("09980", sdp(party.port, "0 8"), extra=["Privacy: id"])
        call.refused()
    gateway.wait_idle()


def test_weights_share_calls_and_causes_lead_on(own, rtp):
    """Of 40 calls each of the two weighted targets gets some; a third target gets what both refuse with a cause listed."""
    party = rtp()
    gateway = own(extra="""\
route shared
 from peer phones
 called 77
 to line refusing weight 50
 to line unallocated weight 50
route on-busy
 from peer phones
 called 78
 to line refusing weight 10
 to line unallocated weight 20
 to line odd-cause
 reroute on 21 1
route not-on-34
 from peer phones
 called 79
 to line no-circuit
 to line odd-cause
 reroute never
""")
    steps = _test(gateway, "78 from peer phones")["steps"]
    assert steps[-3:] == ["line unallocated is drawn with weight 20", "line refusing is drawn with weight 10", "line unallocated takes it"]
    assert "its reroute" in gateway.cli.run("cause test 21")
    with gateway.phone() as phone:
        since = gateway.mark()
        for _ in range(40):
            phone.call("77", sdp(party.port, "0 8")).refused()
        gateway.wait_idle()
        log = gateway.log()[since:]
        assert log.count("cause 21 ") and log.count("cause 1 ") and log.count("cause 21 ") + log.count("cause 1 ") == 40
        for number, cause in (("78", 122), ("79", 34)):
            since = gateway.mark()
            phone.call(number, sdp(party.port, "0 8")).refused()
            assert "cause %d " % cause in gateway.only("call [0-9]+: from", since)


def test_time_of_day_decides(own):
    gateway = own(extra="""\
time-range office
 periodic mon-fri 08:00 to 17:30
 except 12-25
route day
 from peer phones
 called 88
 when time office
 to line refusing
route night
 from peer phones
 called 8
 to line unallocated
""")
    for at, route in (("2026-12-24T08:00", "day"), ("2026-12-24T17:30", "night"), ("2026-12-25T08:00", "night"), ("2026-12-26T12:00", "night")):
        assert _test(gateway, "88 from peer phones at " + at)["route"] == route, at
    assert "route day (called 88): no, it is outside of time-range office" in _test(gateway, "88 from peer phones at 07:59")["steps"]
    assert "HH:MM, or YYYY-MM-DDTHH:MM is right" in gateway.cli.run("route test 88 from peer phones at noon")


def test_regular_expressions_take_numbers(own, rtp):
    gateway, party = own(extra="""\
route five-digits
 from peer phones
 called regex 88[1-4]\\d{2}$
 when calling regex 49(30|40)
 to line refusing
route rest
 from peer phones
 called 88
 to line unallocated
"""), rtp()
    told = _test(gateway, "88123 from peer phones calling 4950")
    assert (told["route"], told["steps"][2]) == (
        "rest", "route five-digits (called regex 88[1-4]\\d{2}$): no, calling number does not match 49(30|40)")
    assert "route rest (called 88): no, it fits, but route five-digits is a regular expression" in _test(gateway, "88123 from peer phones calling 4940")["steps"]
    with gateway.phone() as phone:
        for number, cause in (("88123", 21), ("881234", 1), ("88523", 1)):
            since = gateway.mark()
            phone.call(number, sdp(party.port, "0 8"), extra=["P-Asserted-Identity: <sip:+493011@x>"]).refused()
            assert "cause %d " % cause in gateway.only("call [0-9]+: from", since), number


def test_calls_go_by_the_type_of_the_number_and_by_who_diverted_them(own, rtp):
    """From a peer that writes numbers with prefixes: what is left of the digits is the same, or begins so."""
    party, port = rtp(), ports.any_port("udp", "127.0.0.4")
    rows = (("when called-type international", "no-circuit"), ("when called-type national", "refusing"),
            ("when called-type unknown\n when redirecting exact 300", "unallocated"),
            ("when called-type unknown\n when redirecting none", "congested"), ("when redirecting 3", "odd-cause"))
    gateway = own(extra="peer abroad\n address 127.0.0.4\n port %d\n trusted\n number-format e164\n country-code 49\n" % port + "".join(
        "route r%d\n from peer abroad\n called 88\n %s\n to line %s\n" % (i, when, line) for i, (when, line) in enumerate(rows)))
    with gateway.agent("127.0.0.4", port) as agent:
        for number, by, cause in (("+881", "", 34), ("00881", "300", 34), ("0881", "", 21), ("881", "300", 1), ("881", "", 42),
                                  ("881", "3001", 122)):
            since = gateway.mark()
            agent.call(number, sdp(party.port), extra=["Diversion: <sip:%s@x>;reason=user-busy" % by] if by else []).refused(60)
            assert "cause %d " % cause in gateway.only("call [0-9]+: from", since), (number, by)
