"""The open network: floods from many addresses, bans that come and go, rules against fraud, while a peer's call goes on."""
import random
import select
import socket
import time

import config
from common import ports
from common.gateway import wait_for
from common.sip import Agent, sdp


def _text(ports, sip="", extra="", **how):
    text = config.text(ports, **how).replace(" timer-b 4000\n", " timer-b 4000\n" + sip)
    return text + "route direct\n from peer phones\n called exact 900\n to line echo\n" + extra


def _request(method, host, port, n, called="600"):
    return ("{m} sip:{c}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {h}:{p};rport;branch=z9hG4bK{n}\r\nMax-Forwards: 70\r\n"
            "From: <sip:1@{h}>;tag=x\r\nTo: <sip:{c}@127.0.0.1>\r\nCall-ID: {n}\r\nCSeq: 1 {m}\r\n"
            "Contact: <sip:1@{h}:{p}>\r\nContent-Length: 0\r\n\r\n").format(m=method, h=host, p=port, n=n, c=called).encode()


class Stranger:
    def __init__(self, host, gateway):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((host, 0))
        self.sock.setblocking(False)
        self.host, self.port = self.sock.getsockname()
        self.gateway, self.n = gateway, random.getrandbits(30)

    def say(self, method="OPTIONS"):
        self.n += 1
        self.sock.sendto(_request(method, self.host, self.port, self.n), ("127.0.0.1", self.gateway))

    def hears(self, timeout=30):
        """The status of the next answer, 0 when none comes."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                return int(self.sock.recv(4096).split(b" ")[1])
            except BlockingIOError:
                time.sleep(0.01)
        return 0

    def close(self):
        self.sock.close()


def _circle(p, mine, port, other, other_port):
    return ("cli\n listen 127.0.0.1 %d\nmedia\n ports %d %d\nsip\n listen %s %d\n timer-b 8000\n"
            "peer phones\n address 127.0.0.1\n port %d\npeer other\n address %s\n port %d\n trusted\n"
            "route on\n from any\n to peer other\n" % (
                p.cli, p.media, p.media + 199, mine, port, p.phone, other, other_port))


def test_gateways_that_route_to_each_other_end_at_the_last_hop(own):
    """Max-Forwards goes on across both, one less each time (RFC 7332): the 70th asked says 483, and nobody asks again."""
    here, there = ("127.0.0.51", ports.both("127.0.0.51")), ("127.0.0.52", ports.both("127.0.0.52"))
    one = own(text=lambda p: _circle(p, *here, *there))
    two = own(text=lambda p: _circle(p, *there, *here))
    with Agent(here[1], port=one.ports.phone, gateway_host=here[0]) as agent:
        refused = agent.call("600", sdp(4000)).refused()
    assert refused.status == 480 and "cause=25" in refused.get("Reason")  # Q.850 25: exchange routing error
    wait_for("all is cleared", lambda: one.idle() and two.idle())
    calls = [next(p for p in g.cli.json("peers") if p["name"] == "other") for g in (one, two)]
    assert [(c["calls_in"], c["calls_out"]) for c in calls] == [(34, 35), (35, 35)]


def test_breadth_goes_on_whole_to_one_party_at_a_time(own):
    """RFC 5393 5.3, RFC 7332: what a caller allows of branches each party in turn is told; nobody is called beside another."""
    places = ["127.0.0.53", "127.0.0.54", "127.0.0.55"]
    agents = [Agent(0, host) for host in places]
    peers = "".join("peer p%d\n address %s\n port %d\n" % (i, a.host, a.port) for i, a in enumerate(agents))
    gateway = own(text=_text, extra=peers + "route turns\n from peer phones\n called exact 901\n"
                  + "".join(" to peer p%d\n" % i for i in range(len(agents))))
    with gateway.phone() as phone:
        call = phone.call("901", sdp(4000), extra=["Max-Breadth: 7"])
        for i, agent in enumerate(agents):
            agent.gateway = ("127.0.0.1", gateway.ports.sip)
            asked = agent.answer_call()
            assert asked.invite_in.all("Max-Breadth") == ["7"]
            time.sleep(0.3)
            for other in agents[i + 1:]:
                assert not select.select([other.sock], [], [], 0)[0], "called beside another"
            asked.reply(asked.invite_in, 500, "Server Internal Error")
        assert call.refused().status == 503
        assert phone.call("901", sdp(4000), extra=["Max-Breadth: 0"]).refused().status == 440
    for agent in agents:
        agent.close()


def test_flood_from_many_addresses_disturbs_no_call(own, rtp):
    """Strangers by the hundred, and malformed messages among theirs: the peer's call is set up, heard and cleared."""
    gateway = own(text=_text, sip=" strangers silence\n")
    crowd = [Stranger("127.0.1.%d" % i, gateway.ports.sip) for i in range(1, 101)]
    with gateway.phone() as phone:
        ear = rtp()
        dice = random.Random(4)
        call = phone.call("900", sdp(ear.port))
        for n in range(3000):
            who = dice.choice(crowd)
            if n % 5:
                who.say(dice.choice(("INVITE", "OPTIONS", "REGISTER", "BYE", "NONSENSE")))
            else:
                who.sock.sendto(b"INVITE sip:1 SIP/2.0\r\nVia: x\r\n\r\n", ("127.0.0.1", gateway.ports.sip))
            if n % 50 == 49:  # as fast as the gateway can: what it has no room for is heard by nobody
                wait_for("all is taken", lambda: ports.is_read(gateway.ports.sip))
        call.answered()
        call.bye()
    assert all(not who.hears(0.01) for who in crowd)
    counted = gateway.cli.json("guard")
    assert counted["refused"]["strangers"] > 2000, counted
    assert gateway.sip_totals()["transactions"] < 50
    gateway.wait_idle()
    for who in crowd:
        who.close()


def test_ban_comes_and_goes(own):
    gateway = own(text=_text, sip=" ban after 3 within 60 for 600\n ban strangers\n")
    one, other = Stranger("127.0.1.7", gateway.ports.sip), Stranger("127.0.1.8", gateway.ports.sip)
    for _ in range(3):
        one.say()
        assert one.hears() == 403
    one.say()
    assert one.hears(0.3) == 0
    other.say()
    assert other.hears() == 403
    bans = gateway.cli.json("bans")
    assert [b["source"] for b in bans] == ["127.0.1.7"] and bans[0]["dropped"] == 1, bans
    assert "127.0.1.7" in gateway.cli.run("show bans")
    assert "is not banned" in gateway.cli.run("unban 127.0.1.8")
    assert "no address" in gateway.cli.run("unban me")
    assert gateway.cli.run("unban 127.0.1.7") == ""
    one.say()
    assert one.hears() == 403
    assert gateway.cli.json("bans") == []
    one.close()
    other.close()


def test_fraud_rule_alarms_then_blocks(own):
    gateway = own(text=_text, extra="fraud night\n from peer phones\n called 9\n calls-per-hour 3\n alarm-at 60\n")
    with gateway.phone() as phone:
        for _ in range(3):
            call = phone.call("900", sdp(40000))
            call.answered()
            call.bye()
        wait_for("alarm", lambda: "fraud-near" in gateway.cli.run("show alarms"))
        assert phone.call("900", sdp(40000)).refused().status == 403
        assert "fraud-blocked" in gateway.cli.run("show alarms")
        rule = gateway.cli.json("fraud")[0]
        assert rule["state"] == "blocked" and rule["refused"] == 1 and rule["calls_this_hour"] == 3, rule
        assert gateway.cli.run("unblock night") == ""
        call = phone.call("900", sdp(40000))
        call.answered()
        call.bye()
    gateway.wait_idle()


def test_fraud_rule_cuts_the_calls_that_are_up(own, rtp):
    """Those of its kind, and no others."""
    gateway = own(text=_text, extra="fraud night\n from peer phones\n called 9\n calls-per-hour 2\n act cut\n cause 57\n")
    with gateway.phone() as phone:
        other, *usual = [phone.call(number, sdp(rtp().port)) for number in ("600", "900", "900")]
        for call in (other, *usual):
            call.answered(60)
        assert phone.call("900", sdp(rtp().port)).refused(60).status == 403
        for call in usual:
            assert "cause=21;" in call.bye_comes(60).get("Reason")
        wait_for("the other alone", lambda: [c["called"] for c in gateway.cli.json("calls") if c["from"] == "peer phones"] == ["600"])
        assert gateway.cli.json("fraud")[0]["state"] == "blocked"
        other.bye()
    gateway.wait_idle(60)
