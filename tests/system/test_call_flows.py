"""The call flows of RFC 3666, one by one, as sipp scenarios from sipp/rfc3666: sipp is the proxy, which records its route,
with Alice or Bob behind it. The line's other end is the exchange that is built in, so what the RFC shows as ISUP, ISDN
or FGB is ISDN here; what a line of each kind makes of a cause is for the tests of that signalling.

SIP to PSTN
2.1  success                                 test_sip_to_pstn[2.1]
2.2  success, to an ISDN PBX, which clears   test_sip_to_pstn[2.2]
2.3  success, the first gateway is full      test_sip_to_pstn_with_overflow; Kamailio as the proxy: test_kamailio.py
2.4  success, the number known by ENUM       as 2.1: the proxy has asked, and gives the gateway the number that it found
2.5  treatment: announcement before release  test_sip_to_pstn[2.5]
2.6  release with a cause                    test_sip_to_pstn[2.6]
2.7  no answer in the network's time         test_sip_to_pstn[2.7]
PSTN to SIP
3.1  success                                 test_pstn_to_sip[3.1]
3.2  success, 200 without 180                test_pstn_to_sip[3.2]
3.3  success, from a PBX                     test_pstn_to_sip[3.3]
3.4  a SIP error becomes a release           test_pstn_to_sip[3.4]
3.5  busy becomes a release                  test_pstn_to_sip[3.5]
3.6  a SIP error becomes tones               none: so a line is told that has no message for a cause (in-band, CAS, R2);
                                             an ISDN line has, and is told as in 3.4
3.7  100 and no more, the line gives up      test_pstn_to_sip_without_progress
3.8  the same behind a stateless proxy       test_pstn_to_sip_without_any_answer
3.9  the caller gives up                     test_pstn_to_sip_abandoned
PSTN to PSTN by way of SIP
4.1  success                                 test_pstn_to_pstn_via_sip
4.2  success, the first gateway is full      test_pstn_to_pstn_via_sip_with_overflow
"""
import os

import config
import pytest
from common import ports
from common.cli import Cli
from common.gateway import wait_for
from common.sip import sdp

FROM_SIP = r"call \d+: from peer phones \S* "

# section: (scenario, number dialled, what the log says of the call)
SIP_TO_PSTN = {
    "2.1": ("2.1-success", "613", FROM_SIP + r"to trunk pstn 613 .*: answered, cause 16 .*by the caller.*alerting after"),
    "2.2": ("2.2-pbx", "607", FROM_SIP + r"to trunk pstn 607 .*: answered, cause 16 .*by the called"),
    "2.5": ("2.5-treatment", "609", FROM_SIP + r"to trunk pstn 609 .*: failed, cause 1 "),
    "2.6": ("2.6-released", "606", FROM_SIP + r"to trunk pstn 606 .*: failed, cause 1 "),
    "2.7": ("2.7-no-answer", "605", FROM_SIP + r"to trunk pstn 605 .*: failed, cause 19 "),
}

# section: (scenario, options of originate, what the log says of the exchange's call)
PSTN_TO_SIP = {
    "3.1": ("3.1-success", "hold 1", "answered, cause 16 "),
    "3.2": ("3.2-fast-answer", "hold 1", "answered, cause 16 "),
    "3.3": ("3.3-pbx", "caller 4930123456", "answered, cause 16 "),
    "3.4": ("3.4-error", "", "failed, cause 1 "),
    "3.5": ("3.5-busy", "", "failed, cause 17 "),
}


def scenario(name):
    return os.path.join("rfc3666", name)


@pytest.mark.parametrize("section", SIP_TO_PSTN)
def test_sip_to_pstn(gateway, section):
    name, number, said = SIP_TO_PSTN[section]
    since = gateway.mark()
    gateway.sipp(scenario(name), number=number, rtp=ports.block(2)).finish()
    gateway.only(said, since)


def test_sip_to_pstn_with_overflow(gateway, phone):
    """2.3: the only channel of a trunk is taken; the proxy's other gateway is another trunk here."""
    first = phone.call("700", sdp(40000))
    first.answered()
    since = gateway.mark()
    try:
        gateway.sipp(scenario("2.3-overflow"), number="600", rtp=ports.block(2)).finish()
    finally:
        first.bye()
    gateway.record(FROM_SIP + r".*701.*: failed, cause 34 .*no free channel", since)
    gateway.only(FROM_SIP + r"to trunk pstn 600 .*: answered, cause 16 ", since)


@pytest.mark.parametrize("section", PSTN_TO_SIP)
def test_pstn_to_sip(gateway, section):
    name, options, said = PSTN_TO_SIP[section]
    since = gateway.mark()
    peer = gateway.sipp(scenario(name), port=gateway.ports.phone, rtp=ports.block(2))
    gateway.originate("trunk exchange 200 " + options)
    peer.finish()
    gateway.only(r"to trunk exchange 200 .*: " + said, since)


def test_pstn_to_sip_abandoned(gateway):
    """3.9."""
    peer = gateway.sipp(scenario("3.9-abandoned"), port=gateway.ports.phone)
    since = gateway.mark()
    gateway.originate("trunk exchange 200")
    wait_for("it rings", lambda: len(gateway.channels("alerting")) == 2)
    gateway.cli.run("clear call %s" % min(int(c["id"]) for c in gateway.cli.json("calls")))
    peer.finish()
    gateway.record(r"from trunk pstn .* to peer phones 200.*: failed, cause 16 ", since)


def test_pstn_to_sip_without_any_answer(gateway):
    """3.8: Timer B, 4 s here. The line hears 27, destination out of order, for which networks look for another way, and
    not the 102 of the RFC, which speaks of a timer of ours."""
    since = gateway.mark()
    peer = gateway.sipp(scenario("3.8-silence"), port=gateway.ports.phone)
    gateway.originate("trunk exchange 200")
    peer.finish()
    gateway.only(r"to trunk exchange 200 .*: failed, cause 27 ", since)


def _impatient(p, **how):
    """The exchange waits 2 s for more than CALL PROCEEDING (T310)."""
    network = " side network\n hunt descending\n echo off\n"
    return config.text(p, **how).replace(network, network + " timer t310 2\n", 1)


def test_pstn_to_sip_without_progress(own):
    """3.7: the proxy says 100, and the line's timer ends it: CANCEL with cause 102."""
    gateway = own(text=_impatient)
    peer = gateway.sipp(scenario("3.7-timeout"), port=gateway.ports.phone)
    gateway.originate("trunk exchange 200")
    peer.finish()
    gateway.only(r"from trunk pstn .* to peer phones 200: failed, cause 102 ")


FAR, FULL = "127.0.0.4", "127.0.0.5"


def _far(own):
    """A gateway that takes calls of the other one to the line."""
    return own(host=FAR, extra="peer near\n address 127.0.0.1\n trusted\n codecs pcma\n"
                               "route near\n from peer near\n called 6\n to trunk pstn\n")


def _near(own, *others):
    """A gateway whose calls from the line go to the gateways at these addresses, in turn, and from there to the line."""
    peers = "".join("peer gateway%d\n address %s\n port %d\n trusted\n codecs pcma\n" % (i, *there)
                    for i, there in enumerate(others))
    return own(extra=peers + "route over\n from trunk pstn\n called 6\n%s"
               % "".join(" to peer gateway%d\n" % i for i in range(len(others))))


def _pstn_to_pstn(near, far):
    """A call from near's exchange, answered by far's echo line; cleared by near's end."""
    with Cli(near.ports.cli) as session:
        session.send("originate trunk exchange 600")
        wait_for("up at both gateways", lambda: all(len(g.channels("active")) == 2 for g in (near, far)))
        near.cli.run("clear call %s" % min(int(c["id"]) for c in near.cli.json("calls")))
        near.record(r"from trunk pstn .* to peer gateway\d 600: answered, cause 16 ")
    far.only(r"from peer near .* to trunk pstn 600 .*: answered, cause 16 ")
    near.wait_idle()


def test_pstn_to_pstn_via_sip(own):
    """4.1."""
    far = _far(own)
    _pstn_to_pstn(_near(own, (FAR, far.ports.sip)), far)


def test_pstn_to_pstn_via_sip_with_overflow(own):
    """4.2: the first gateway has no circuit."""
    far = _far(own)
    full = far.sipp(scenario("4.2-refused"), host=FULL, port=ports.any_port("udp", FULL))
    _pstn_to_pstn(_near(own, (FULL, full.port), (FAR, far.ports.sip)), far)
    full.finish()
