"""SIP over TLS: what is shown and believed, on both sides; certificates that change while connections are open."""
import itertools
import re
import socket
import ssl
import threading
import time

import pytest

from common import ports, sip
from common.gateway import binary, wait_for
from common.pki import Authority
from common.stream import Agent
from test_commit import edit

_COUNT = itertools.count(1)


@pytest.fixture(scope="module", name="ca")
def the_ca(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module", name="stranger")
def another_ca(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("stranger"), "stranger")


def _config(p, identity, ca, more="", peer=""):
    p.tls = ports.any_port("tcp")
    return ("cli\n listen 127.0.0.1 %d\nmedia\n ports %d %d\nsip\n listen 127.0.0.1 %d\n listen tls 127.0.0.1 %d\n"
            " timer-b 4000\n tls certificate %s key %s\n tls ca %s\n%s"
            "peer phones\n address 127.0.0.1\n port %d\n%s"
            "line echo\n echo\nroute in\n from peer phones\n to line echo\n" % (
                p.cli, p.media, p.media + 199, p.sip, p.tls, *identity, ca, more, p.phone, peer))


class _Client:
    """A connection to the gateway that asks OPTIONS."""

    def __init__(self, gateway, ca, name="gw.example", show=None, **terms):
        context = ssl.create_default_context(cafile=ca)
        for term, value in terms.items():
            setattr(context, term, value)
        if show:
            context.load_cert_chain(*show)
        raw = socket.create_connection(("127.0.0.1", gateway.ports.tls), 60)
        self.sock = context.wrap_socket(raw, server_hostname=name)

    def ask(self):
        n = next(_COUNT)
        self.sock.sendall((
            "OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bKt%d\r\nMax-Forwards: 70\r\n"
            "From: <sip:a@127.0.0.1>;tag=a\r\nTo: <sip:127.0.0.1>\r\nCall-ID: t%d\r\nCSeq: 1 OPTIONS\r\n"
            "Content-Length: 0\r\n\r\n" % (n, n)).encode())
        heard = b""
        while b"\r\n\r\n" not in heard:
            more = self.sock.recv(4096)
            if not more:
                break
            heard += more
        return heard.decode().split("\r\n")[0]

    def serial(self):
        return self.sock.getpeercert()["serialNumber"]


def _refused(gateway, ca, **how):
    """TLS 1.3 tells a client of its bad certificate only after its own handshake is done."""
    try:
        return _Client(gateway, ca, **how).ask() == ""
    except (ssl.SSLError, ConnectionError):
        return True


class _Server:
    """Answers OPTIONS over TLS with 200."""

    def __init__(self, identity, ca=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*identity)
        self.asked_for, self.shown, self.heard, self.pings, self.pongs = [], [], [], 0, True
        self.context.sni_callback = lambda sock, name, context: self.asked_for.append(name)
        if ca:
            self.context.load_verify_locations(ca)
            self.context.verify_mode = ssl.CERT_REQUIRED
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def close(self):
        self.listener.close()

    def _run(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            try:
                self._serve(self.context.wrap_socket(raw, server_side=True))
            except OSError:
                raw.close()

    def _serve(self, sock):
        self.shown.append(sock.getpeercert())
        buffered = b""
        while True:
            data = sock.recv(4096)
            if not data:
                return
            buffered += data
            while b"\r\n\r\n" in buffered:
                request, _, buffered = buffered.partition(b"\r\n\r\n")
                if not request:
                    self.pings += 1
                    if self.pongs:
                        sock.sendall(b"\r\n")
                    continue
                text = request.decode()
                self.heard.append(text)
                keep = [h for h in text.split("\r\n") if re.match("(Via|From|To|Call-ID|CSeq):", h)]
                sock.sendall("\r\n".join(["SIP/2.0 200 OK", *keep, "Content-Length: 0", "", ""]).encode())


def _peer(server, more=""):
    return " address 127.0.0.1\n port %d\n transport tls\n options 5\n%s" % (server.port, more)


def _reach(gateway, state):
    wait_for("peer " + state, lambda: gateway.cli.json("peers")[0]["state"] == state)


def test_server_shows_the_certificate_of_the_name_asked_for(own, ca):
    """SNI with two names, TLS 1.2 and 1.3, and a ping that gets its pong."""
    other = ca.issue("other.example")
    gateway = own(text=_config, identity=ca.issue("gw.example"), ca=ca.cert,
                  more=" tls server-name other.example certificate %s key %s\n" % other)
    for terms in ({"minimum_version": ssl.TLSVersion.TLSv1_3}, {"maximum_version": ssl.TLSVersion.TLSv1_2}):
        for name in ("gw.example", "other.example"):
            client = _Client(gateway, ca.cert, name, **terms)
            assert client.ask() == "SIP/2.0 200 OK"
            client.sock.sendall(b"\r\n\r\n")
            assert client.sock.recv(10) == b"\r\n"
            assert client.ask() == "SIP/2.0 200 OK"
            client.sock.close()


def alarms(gateway):
    """Those about certificates: on a busy machine others may stand."""
    return [a["alarm"] for a in gateway.cli.json("alarms") if a["alarm"].startswith("certificate")]


def test_certificate_is_replaced_while_connections_are_open(own, ca, tmp_path):
    identity = ca.issue("gw.example", file="changing")
    gateway = own(text=_config, identity=identity, ca=ca.cert)
    client = _Client(gateway, ca.cert)
    before = client.serial()
    assert client.ask() == "SIP/2.0 200 OK"
    ca.issue("gw.example", file="changing")
    wait_for("the other one", lambda: _Client(gateway, ca.cert).serial() != before, step=0.2)
    after = _Client(gateway, ca.cert).serial()
    with open(identity[0], "w", encoding="ascii") as f:
        f.write("no certificate\n")
    wait_for("the alarm", lambda: _Client(gateway, ca.cert).serial() == after and alarms(gateway) == ["certificate"], step=0.2)
    assert _Client(gateway, ca.cert).serial() == after
    assert client.ask() == "SIP/2.0 200 OK"
    ca.issue("gw.example", file="changing", days=3)
    wait_for("the third one", lambda: _Client(gateway, ca.cert).serial() != after and alarms(gateway) == ["certificate-expires"], step=0.2)


def test_certificate_is_replaced_while_a_call_is_up(own, ca):
    gateway = own(text=_config, identity=ca.issue("gw.example", file="in-call"), ca=ca.cert)
    with Agent("127.0.0.1", gateway.ports.tls, ssl.create_default_context(cafile=ca.cert), "gw.example") as agent:
        before = agent.sock.getpeercert()["serialNumber"]
        call = agent.answered()
        ca.issue("gw.example", file="in-call")
        assert gateway.cli.run("sip reload certificates") == ""
        with Agent("127.0.0.1", gateway.ports.tls, ssl.create_default_context(cafile=ca.cert), "gw.example") as other:
            assert other.sock.getpeercert()["serialNumber"] != before
            other.cleared(other.answered())
        call.invite(sip.sdp(ports.any_port("udp")))
        assert agent.wait(lambda m: m.status >= 200 and m.cseq[1] == "INVITE").status == 200
        call.request("ACK", seq=call.seq)
        agent.cleared(call)


def test_identity_is_changed_by_commit_while_a_call_is_up(own, ca, stranger):
    """Certificate, key, whom we believe, what is asked of clients, and the version: new connections get the new ones, and back
    by rollback; the call and its connection go on."""
    gateway = own(text=_config, identity=ca.issue("gw.example", file="was"), ca=ca.cert)
    shown = stranger.issue("pbx.example")
    new = ssl.create_default_context(cafile=stranger.cert)
    new.load_cert_chain(*shown)
    with Agent("127.0.0.1", gateway.ports.tls, ssl.create_default_context(cafile=ca.cert), "gw.example") as agent:
        call = agent.answered()
        was = agent.sock.getpeercert()["serialNumber"]
        old = _Client(gateway, ca.cert, maximum_version=ssl.TLSVersion.TLSv1_2)
        said = edit(gateway, "sip", "tls certificate %s key %s" % stranger.issue("new.example"), "tls ca " + stranger.cert,
                    "tls verify required", "tls minimum 1.3", "commit")
        assert "For new calls and connections: sip tls." in said
        with Agent("127.0.0.1", gateway.ports.tls, new, "new.example") as other:
            other.cleared(other.answered())
        assert _refused(gateway, stranger.cert, name="new.example")
        assert _refused(gateway, ca.cert, show=shown)
        assert _refused(gateway, stranger.cert, name="new.example", show=shown, maximum_version=ssl.TLSVersion.TLSv1_2)
        call.invite(sip.sdp(ports.any_port("udp")))
        assert agent.wait(lambda m: m.status >= 200 and m.cseq[1] == "INVITE").status == 200
        call.request("ACK", seq=call.seq)
        assert old.ask() == "SIP/2.0 200 OK"
        edit(gateway, "rollback 1", "commit")
        back = _Client(gateway, ca.cert)
        assert back.ask() == "SIP/2.0 200 OK" and back.serial() == was
        agent.cleared(call)


def test_clients_must_show_a_good_certificate(own, ca, stranger):
    gateway = own(text=_config, identity=ca.issue("gw.example"), ca=ca.cert, more=" tls verify required\n")
    good = ca.issue("pbx.example")
    assert _Client(gateway, ca.cert, show=good).ask() == "SIP/2.0 200 OK"
    assert _refused(gateway, ca.cert)
    assert _refused(gateway, ca.cert, show=stranger.issue("pbx.example"))
    expired = ca.issue("pbx.example", days=0, file="expired")
    time.sleep(1.1)
    assert _refused(gateway, ca.cert, show=expired)
    assert _Client(gateway, ca.cert, show=good).ask() == "SIP/2.0 200 OK"


@pytest.mark.parametrize("name,alt,days,whose,state", [
    ("good", "IP:127.0.0.1", 30, "ca", "reachable"),
    ("wrong-name", "DNS:elsewhere.example,IP:127.0.0.9", 30, "ca", "unreachable"),
    ("unknown-ca", "IP:127.0.0.1", 30, "stranger", "unreachable"),
    ("expired", "IP:127.0.0.1", 0, "ca", "unreachable"),
])
def test_server_is_held_to_chain_name_and_date(own, ca, stranger, name, alt, days, whose, state):
    identity = {"ca": ca, "stranger": stranger}[whose].issue(name, alt, days)
    time.sleep(0 if days else 1.1)
    server = _Server(identity)
    gateway = own(text=_config, identity=ca.issue("gw.example"), ca=ca.cert, peer=_peer(server))
    _reach(gateway, state)
    assert bool(server.heard) == (state == "reachable")
    server.close()


def test_we_show_our_certificate_and_ask_for_the_name(own, ca):
    server = _Server(ca.issue("proxy.example"), ca.cert)
    gateway = own(text=_config, identity=ca.issue("gw.example"), ca=ca.cert,
                  peer=_peer(server, " certificate-name proxy.example\n"))
    _reach(gateway, "reachable")
    assert server.asked_for == ["proxy.example"]
    assert (("DNS", "gw.example"),) == server.shown[0]["subjectAltName"]
    assert "Via: SIP/2.0/TLS 127.0.0.1:%d" % gateway.ports.tls in server.heard[0]
    assert ";transport=tls>" in re.search("Contact: (.*)", server.heard[0]).group(1)
    server.close()


def test_connection_is_pinged_and_given_up_without_pongs(own, ca):
    server = _Server(ca.issue("proxy.example"))
    gateway = own(text=_config, identity=ca.issue("gw.example"), ca=ca.cert, peer=_peer(
        server, " certificate-name proxy.example\n keepalive 1\n").replace("options 5", "options 60"))
    wait_for("pings", lambda: server.pings >= 2)
    server.pongs = False
    totals = {}
    wait_for("no pong", lambda: totals.update(gateway.cli.json("sip transports")["totals"]) or totals["unanswered"])
    wait_for("it is gone", lambda: not gateway.cli.json("sip transports")["connections"])
    assert totals["tls_connected"] == 1
    server.close()


def test_peer_is_known_by_its_certificate(own, ca):
    """From an address that is no peer's."""
    gateway = own(text=_config, identity=ca.issue("gw.example"), ca=ca.cert, more=" tls verify optional\n",
                  peer=" address 127.0.0.9\n certificate-name pbx.example\n known-by certificate\n")
    assert _Client(gateway, ca.cert, show=ca.issue("pbx.example")).ask() == "SIP/2.0 200 OK"
    assert _Client(gateway, ca.cert, show=ca.issue("sip", "URI:sip:pbx.example")).ask() == "SIP/2.0 200 OK"
    assert " 403 " in _Client(gateway, ca.cert, show=ca.issue("pby.example")).ask()
    assert " 403 " in _Client(gateway, ca.cert).ask()


def test_handshakes_leave_nothing_behind(own, ca):
    """Done ones, broken ones and half ones: descriptors and memory stay, and so does a connection."""
    gateway = own(text=_config, identity=ca.issue("gw.example"), ca=ca.cert)
    kept = _Client(gateway, ca.cert)
    assert kept.ask() == "SIP/2.0 200 OK"

    def abuse(n):
        for _ in range(n):
            client = _Client(gateway, ca.cert)
            client.ask()
            client.sock.close()
            for junk in (b"", b"\x16\x03\x01\x00\x05hello", b"OPTIONS sip:a SIP/2.0\r\n\r\n"):
                with socket.create_connection(("127.0.0.1", gateway.ports.tls)) as raw:
                    raw.sendall(junk)
            with pytest.raises(ssl.SSLError):
                _Client(gateway, None)
        wait_for("connections gone", lambda: gateway.descriptors() <= descriptors)

    descriptors = gateway.descriptors()
    abuse(40)
    before = gateway.memory_kb()
    abuse(80)
    if "address" not in binary():  # the sanitizer keeps what was freed, and finds leaks itself
        assert gateway.memory_kb() - before < 1500
    assert kept.ask() == "SIP/2.0 200 OK"


def test_message_behind_another_is_bounded(own, ca):
    """Sofia-SIP forgets the limit for what came right behind another message, and would write 4 GB behind it."""
    gateway = own(text=_config, identity=ca.issue("gw.example"), ca=ca.cert)
    kept, bad = _Client(gateway, ca.cert), _Client(gateway, ca.cert)
    bad.sock.sendall(b"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bKb1\r\n"
                     b"From: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: b1\r\nCSeq: 1 OPTIONS\r\n"
                     b"Content-Length: 0\r\n\r\n"
                     b"SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bKb2\r\n"
                     b"Content-Length: 4294967295\r\n\r\nabc")
    assert b"SIP/2.0 200 OK" in bad.sock.recv(4096)
    bad.sock.close()
    assert kept.ask() == "SIP/2.0 200 OK"
    assert gateway.process.poll() is None


def test_reader_that_is_slow_ends_nothing(own, ca):
    """Whoever asks and never reads has its answers kept for a while, then its connection ends; ours goes on."""
    gateway = own(text=_config, identity=ca.issue("gw.example"), ca=ca.cert)
    kept, slow = _Client(gateway, ca.cert), _Client(gateway, ca.cert)
    slow.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.sock.settimeout(0.2)
    request = ("OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bKs%%d;x=%s\r\n"
               "From: <sip:a@127.0.0.1>;tag=a\r\nTo: <sip:127.0.0.1>\r\nCall-ID: s%%d\r\nCSeq: 1 OPTIONS\r\n"
               "Content-Length: 0\r\n\r\n") % ("y" * 3000)
    try:
        for i in range(2500):
            slow.sock.sendall((request % (i, i)).encode())
    except OSError:
        pass
    assert kept.ask() == "SIP/2.0 200 OK"
    slow.sock.close()
    assert kept.ask() == "SIP/2.0 200 OK"



def test_what_there_is_can_be_seen(own, ca):
    gateway = own(text=_config, identity=ca.issue("gw.example"), ca=ca.cert)
    client = _Client(gateway, ca.cert)
    assert client.ask() == "SIP/2.0 200 OK"
    assert gateway.cli.run("sip reload certificates") == ""
    seen = gateway.cli.json("sip transports")
    assert [s["transport"] for s in seen["sockets"]] == ["udp", "tcp", "tls"]
    assert [c["transport"] for c in seen["connections"]] == ["tls"] and seen["connections"][0]["accepted"]
    assert seen["certificates"][0]["subject"] == "/CN=gw.example" and not seen["certificates"][0]["stale"]
    assert seen["totals"]["tls_accepted"] == 1 and seen["totals"]["connections"] == 1
    text = gateway.cli.run("show sip transports")
    assert "/CN=gw.example" in text and "127.0.0.1:%d" % gateway.ports.tls in text
