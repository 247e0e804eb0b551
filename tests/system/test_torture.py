"""The torture messages: RFC 4475 clause 3, all of it, and RFC 5118 clause 4, each with the verdict that the RFC wants
of an endpoint without a registrar. A call is up meanwhile, and its sound goes on; nothing is left behind.

The octets are the RFC's own. Answers go where the topmost Via says, to the source's address and the port that is named
there or 5060, so the peer listens at such ports of a loopback address of its own. Where the RFC wants a transport that
the message does not come by here, the topmost Via says UDP instead (RFC 3261 18.2.2). The lengths that RFC 5118
states of its bodies are wrong and are put right."""
import os
import re
import select
import socket

import pytest
from common.gateway import wait_for
from common.rtp import Rtp
from common.sip import Message, sdp
from common import torture
from conftest import System

DROPPED = 0  # in place of a status: silence
PORTS = 5060, 5050, 6050, 19823  # that the topmost Vias name
HOST = "127.%d.%d.77" % (os.getpid() >> 8 & 0xff, os.getpid() & 0xff)  # nobody else's

# name: (clause, final statuses that are right, why)
RFC4475 = {
    "wsinv": ("3.1.1.1", 481, "well-formed, and within a dialog that is not there"),
    "intmeth": ("3.1.1.2", 501, "well-formed; a method that nobody knows"),
    "esc01": ("3.1.1.3", 404, "well-formed; the user is no number"),
    "escnull": ("3.1.1.4", 405, "well-formed; no registrar"),
    "esc02": ("3.1.1.5", 501, "a method is not unescaped, so this is no REGISTER"),
    "lwsdisp": ("3.1.1.6", 200, "well-formed: no blank before <"),
    "longreq": ("3.1.1.7", 404, "well-formed, however long"),
    "dblreq": ("3.1.1.8", 405, "what is behind the first message's length is nobody's"),
    "semiuri": ("3.1.1.9", 200, "the semicolon is the user's"),
    "transports": ("3.1.1.10", 200, "other Vias' transports are not ours to judge"),
    "mpart01": ("3.1.1.11", 405, "well-formed; MESSAGE is politely refused"),
    "unreason": ("3.1.1.12", DROPPED, "a response to nothing of ours"),
    "noreason": ("3.1.1.13", DROPPED, "a response to nothing of ours"),
    "badinv01": ("3.1.2.1", (400, DROPPED), "empty parameters in Via: it cannot be read, nor then answered to"),
    "clerr": ("3.1.2.2", 400, "Content-Length beyond the datagram"),
    "ncl": ("3.1.2.3", 400, "negative Content-Length"),
    "scalar02": ("3.1.2.4", 400, "CSeq beyond 32 bits"),
    "scalarlg": ("3.1.2.5", DROPPED, "a response with numbers beyond 32 bits"),
    "quotbal": ("3.1.2.6", 400, "a quotation that does not end"),
    "ltgtruri": ("3.1.2.7", 400, "<> around the Request-URI"),
    "lwsruri": ("3.1.2.8", 400, "a blank in the Request-URI"),
    "lwsstart": ("3.1.2.9", (400, 404), "two blanks in the request line: 400, or liberally as one"),
    "trws": ("3.1.2.10", (400, 200), "blanks at the end of the request line: 400, or liberally as none"),
    "escruri": ("3.1.2.11", (400, 404), "headers in the Request-URI: 400, or they are ignored"),
    "baddate": ("3.1.2.12", (400, 404), "a Date of another zone: 400, or it is ignored"),
    "regbadct": ("3.1.2.13", 400, "a Contact with ? outside <>"),
    "badaspec": ("3.1.2.14", (400, 200), "blanks within <>: 400, or they are ignored"),
    "baddn": ("3.1.2.15", (400, 200), "a comma in a display name without quotes"),
    "badvers": ("3.1.2.16", (505, DROPPED), "another version of SIP, in Via too, which says not how to answer"),
    "mismatch01": ("3.1.2.17", 400, "CSeq names another method"),
    "mismatch02": ("3.1.2.18", (400, 501), "CSeq names another method, and the method is unknown"),
    "bigcode": ("3.1.2.19", DROPPED, "a response with a status code beyond 699"),
    "badbranch": ("3.2.1", 200, "a branch of nothing but the cookie"),
    "insuf": ("3.3.1", 400, "no Call-ID, From, To"),
    "unkscm": ("3.3.2", 416, "an unknown scheme in the Request-URI"),
    "novelsc": ("3.3.3", 416, "a known scheme that is not ours"),
    "unksm2": ("3.3.4", 405, "no registrar; schemes elsewhere are no ground"),
    "bext01": ("3.3.5", 420, "Require: what nobody has"),
    "invut": ("3.3.6", 404, "the number is looked at first (RFC 3261 8.2.2.1)"),
    "regaut01": ("3.3.7", 405, "no registrar; an unknown scheme of Authorization is ignored"),
    "multi01": ("3.3.8", 400, "CSeq, Call-ID, From and To twice"),
    "mcl01": ("3.3.9", 400, "two Content-Lengths"),
    "bcast": ("3.3.10", DROPPED, "a response whose topmost Via is not ours"),
    "zeromf": ("3.3.11", 200, "Max-Forwards 0 at where the request ends"),
    "cparam01": ("3.3.12", 405, "no registrar"),
    "cparam02": ("3.3.13", 405, "no registrar"),
    "regescrt": ("3.3.14", 405, "no registrar"),
    "sdp01": ("3.3.15", 404, "the number is looked at first"),
    "inv2543": ("3.4.1", 404, "as RFC 2543 would have it: no branch, no tag, no Max-Forwards, no Content-Length"),
}

# The same to a number that there is; the body's addresses are of the loopback.
DIALLED = {
    "longreq": ("3.1.1.7", 200, ""),
    "clerr": ("3.1.2.2", 400, ""),
    "ncl": ("3.1.2.3", 400, ""),
    "quotbal": ("3.1.2.6", 400, ""),
    "lwsstart": ("3.1.2.9", (400, 200), ""),
    "escruri": ("3.1.2.11", (400, 200), ""),
    "baddate": ("3.1.2.12", (400, 200), ""),
    "insuf": ("3.3.1", 400, ""),
    "invut": ("3.3.6", 415, "a body of a kind that nobody knows"),
    "multi01": ("3.3.8", 400, ""),
    "sdp01": ("3.3.15", 406, "the answer would be SDP, which Accept does not name"),
    "inv2543": ("3.4.1", 200, ""),
}

RFC5118 = {
    "ipv6-good": ("4.1", 405, "well-formed; no registrar"),
    "ipv6-bad": ("4.2", 400, "an IPv6 address without [] in the Request-URI"),
    "port-ambiguous": ("4.3", 405, "well-formed: the port is within the []"),
    "port-unambiguous": ("4.4", 405, "well-formed"),
    "via-received-param-with-delim": ("4.5", 481, "received with [] is let pass"),
    "via-received-param-no-delim": ("4.5", 200, "received as RFC 3261 has it"),
    "ipv6-in-sdp": ("4.6", 404, "well-formed; the user is no number"),
    "mult-ip-in-header": ("4.7", 481, "Vias of both families; no such dialog"),
    "mult-ip-in-sdp": ("4.8", 404, "well-formed; the user is no number"),
    "ipv4-mapped-ipv6": ("4.9", 404, "well-formed; the user is no number"),
    "ipv6-bug-abnf-3-colons": ("4.10", (400, 200), "as the grammar of RFC 3261 wrongly has it: liberally, or 400"),
    "ipv6-correct-abnf-2-colons": ("4.10", 200, "well-formed"),
}

DIALLED6 = {
    "ipv6-in-sdp": ("4.6", 488, "well-formed; G.726 is not among the peer's codecs"),
    "mult-ip-in-sdp": ("4.8", (200, 488), "sound by IPv4, video by IPv6: at least understood"),
    "ipv4-mapped-ipv6": ("4.9", 488, "well-formed; G.726 is not among the peer's codecs"),
}


# What the program does not do, and why; each fails here on the day it does.
NOT_YET = {
    "intmeth": "Sofia-SIP ends a header at an octet 0, even if quoted, and knows no method with + or `",
}


def cases(table, suffix=""):
    """The table's messages, as parameters of a test."""
    def marks(key):
        return [pytest.mark.xfail(reason=NOT_YET[key], strict=True)] if key in NOT_YET else []
    return [pytest.param(name, marks=marks(name + suffix)) for name in table]


class Torturer:
    """A peer that says anything, and listens at each port that the messages' Vias name."""

    def __init__(self, host, gateway):
        self.to, self.seen = gateway, set()
        self.sockets = [socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET,
 socket.SOCK_DGRAM) for _ in PORTS]
        for sock, port in zip(self.sockets, PORTS):
            wait_for("port %d of %s" % (port, host), lambda s=sock, p=port: _bind(s, (host, p)), 600, 0.2)  # others' turn

    def close(self):
        for sock in self.sockets:
            sock.close()

    def fence(self, n):
        """Comes back once the gateway has dealt with all before: datagrams keep their order here."""
        return ("OPTIONS sip:fence SIP/2.0\r\nVia: SIP/2.0/UDP fence;branch=z9hG4bKfence%d\r\nFrom: <sip:fence>;tag=1\r\n"
                "To: <sip:fence>\r\nCall-ID: fence%d\r\nCSeq: 1 OPTIONS\r\n\r\n" % (n, n)).encode()

    def finals(self, data, n, silence):
        """The final responses to the message, each ACKed, and a call that it made cleared. silence: none is right, too, and is
        not waited for long; a line may take its time to answer."""
        self.sockets[0].sendto(data, self.to)
        self.sockets[0].sendto(self.fence(n), self.to)
        got, fenced, invite = [], False, data.lstrip().startswith(b"INVITE")
        while True:
            due = 60 if not fenced else 0 if got or not invite else 0.3 if silence else 60
            ready = select.select(self.sockets, [], [], due)[0]
            assert ready or fenced, "no answer to OPTIONS"
            if not ready:
                return got
            message = Message(ready[0].recv(65536).decode("utf-8", "replace"))
            if message.get("Call-ID").startswith("fence"):
                fenced = message.get("Call-ID") == "fence%d" % n or fenced
            elif message.status >= 200 and not self.known(message):
                got.append(message)
                self.acknowledge(data, message)

    def known(self, message):
        """Sent again, or the answer to our BYE."""
        key = (message.get("Via"), message.get("Call-ID"), message.cseq)
        old = key in self.seen or "z9hG4bKBYE" in key[0]
        self.seen.add(key)
        return old

    def acknowledge(self, data, message):
        """ACK, and BYE if it was answered."""
        uri = re.search(rb"^INVITE\s+(\S+)", data)
        if not uri or not message.get("Call-ID"):
            return
        uri = uri.group(1).decode()
        answered = message.status < 300
        if answered:
            uri = re.search("<(.*)>", message.get("Contact")).group(1)
        for i, method in enumerate(("ACK", "BYE") if answered else ("ACK",)):
            via = re.sub(r";(received|rport)(=[^;,\s]*)?", "", message.get("Via"))
            if answered:
                via = "SIP/2.0/UDP x;branch=z9hG4bK%s%d" % (method, len(self.seen))
            lines = ["%s %s SIP/2.0" % (method, uri), "Via: " + via, "Max-Forwards: 70",
                     *("%s: %s" % (h, message.get(h)) for h in ("From", "To", "Call-ID")),
                     "CSeq: %d %s" % (message.cseq[0] + i, method), "Content-Length: 0", "", ""]
            self.sockets[0].sendto("\r\n".join(lines).encode(), self.to)


def _bind(sock, address):
    try:
        sock.bind(address)
    except OSError:
        return False
    return True


class Scene:
    """A gateway, a call whose sound is listened to, and the torturer."""

    def __init__(self, folder, host, torturer_host):
        extra = "" if torturer_host == host else (
            "peer torturer\n address %s\n codecs pcma pcmu\n"
            "route tortured\n from peer torturer\n called 6\n to trunk pstn\n" % torturer_host)
        self.gateway = System(folder, host=host, extra=extra).up()
        self.torturer = Torturer(torturer_host, (host, self.gateway.ports.sip))
        self.agent = self.gateway.agent(host, self.gateway.ports.phone) if ":" not in host else None
        self.n, self.party = 0, None
        if self.agent:
            self.party = Rtp()
            self.call = self.agent.call("601", sdp(self.party.port))
            self.call.answered()
            wait_for("sound", lambda: len(self.party.packets) > 10)

    def finals(self, data, silence):
        self.n += 1
        return self.torturer.finals(data, self.n, silence)

    def sound_went_on(self):
        """Every packet since came, in its time, and is the milliwatt."""
        packets = list(self.party.packets)
        numbers = {(p[3] - packets[0][3]) & 0xffff for p in packets}
        assert len(numbers) == max(numbers) + 1 >= len(packets), "packets are missing"
        assert max(b[0] - a[0] for a, b in zip(packets, packets[1:])) < 20, "the sound stopped for a while"
        assert max(map(abs, self.party.samples()[-1600:])) > 8000

    def end(self):
        if self.agent:
            self.sound_went_on()
            self.call.bye()
        self.torturer.close()  # others wait for these ports of ::1
        self.gateway.wait_idle()
        wait_for("no termination, no port in use", lambda: not any(self.gateway.cli.json("media")[k] for k in ("terminations", "ports_used")))
        wait_for("no SIP transaction left", lambda: self.gateway.sip_totals()["transactions"] == 0, 120, 0.2)
        self.gateway.end()

    def kill(self):
        self.torturer.close()
        if self.agent:
            self.party.close()
            self.agent.close()
        self.gateway.kill()


def _scene(tmp_path_factory, host, torturer_host):
    scene = Scene(tmp_path_factory.mktemp("torture"), host, torturer_host)
    try:
        yield scene
        scene.end()
    finally:
        scene.kill()


@pytest.fixture(scope="module", name="scene")
def the_scene(tmp_path_factory):
    yield from _scene(tmp_path_factory, "127.0.0.1", HOST)


@pytest.fixture(scope="module", name="scene6")
def the_scene_of_ipv6(tmp_path_factory):
    yield from _scene(tmp_path_factory, "::1", "::1")


def test_all_messages_are_there():
    assert len(RFC4475) == 49
    assert sorted([*RFC4475, *RFC5118]) == torture.names()


def over_udp(data):
    return re.sub(rb"(?m)^(Via\s*:\s*SIP/2.0/)(TCP|TLS)\b", rb"\1UDP", data, count=1)


def fresh(data, mark):
    """Of another transaction and dialog than messages before, some of which share them."""
    data = re.sub(rb"(?i)(branch\s*=\s*(?:z9hG4bK)?[-\w]+)", rb"\1" + mark, data, count=1)
    return re.sub(rb"(?m)^((?:Call-ID|i)\s*:\s*[-\w]+)", rb"\1" + mark, data)


def dialled(data, host):
    """To 600, with media that stays here."""
    head, _, body = fresh(data, b"-600").partition(b"\r\n\r\n")
    head = re.sub(rb"^INVITE(\s+)sip:\w+@", rb"INVITE\1sip:600@", head)
    if host != "::1":
        body = body.replace(b"192.0.2.", b"127.0.0.")
    return head + b"\r\n\r\n" + body


def judge(scene, data, verdict):
    _, wanted, _ = verdict
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    got = scene.finals(data, DROPPED in wanted)
    assert len(got) <= 1, got
    assert (got[0].status if got else DROPPED) in wanted, got
    return got[0] if got else None


@pytest.mark.parametrize("name", cases(RFC4475))
def test_rfc_4475(scene, name):
    got = judge(scene, over_udp(torture.octets(name)), RFC4475[name])
    if name == "bext01":
        assert set(re.split(r"\s*,\s*", got.get("Unsupported"))) == {"nothingSupportsThis", "nothingSupportsThisEither"}
    elif name == "mpart01":
        assert "INVITE" in got.get("Allow")


@pytest.mark.parametrize("name, old, new, status", [
    ("intmeth", rb"\x00|[+`]", b"", 501), ("badvers", b"Via:     SIP/7", b"Via: SIP/2", 505)])
def test_rfc_4475_without_what_keeps_the_gateway_from_an_answer(scene, name, old, new, status):
    judge(scene, re.sub(old, new, fresh(over_udp(torture.octets(name)), b"-changed")), ("", status, ""))


@pytest.mark.parametrize("name", cases(DIALLED, "-600"))
def test_rfc_4475_to_a_number(scene, name):
    got = judge(scene, dialled(over_udp(torture.octets(name)), HOST), DIALLED[name])
    if got.status == 415:
        assert "application/sdp" in got.get("Accept")


@pytest.mark.parametrize("name", cases(RFC5118))
def test_rfc_5118(scene6, name):
    judge(scene6, fresh(torture.octets(name), name.encode()), RFC5118[name])


@pytest.mark.parametrize("name", cases(DIALLED6, "-600"))
def test_rfc_5118_to_a_number(scene6, name):
    judge(scene6, dialled(torture.octets(name), "::1"), DIALLED6[name])
