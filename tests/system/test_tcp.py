"""Calls over TCP, IPv4 and IPv6, while others open connections and say nothing, or half of something."""
import re
import socket

import pytest

from common import ports, sip
from common.gateway import wait_for


class _Agent(sip.Agent):
    """A user agent on one connection, which it opens."""

    def __init__(self, gateway, host):
        self.host, self.gateway = host, (host, gateway.ports.sip)
        self.at = "[%s]" % host if ":" in host else host
        self.sock = socket.create_connection(self.gateway, 5)
        self.port, self.waiting, self.buffered = self.sock.getsockname()[1], [], b""

    def send(self, text):
        self.sock.sendall(text.replace("SIP/2.0/UDP", "SIP/2.0/TCP").replace(
            ":%d>" % self.port, ":%d;transport=tcp>" % self.port).encode())

    def wait(self, wanted, timeout=5):
        self.sock.settimeout(timeout)
        while True:
            for i, message in enumerate(self.waiting):
                if wanted(message):
                    return self.waiting.pop(i)
            head, end, rest = self.buffered.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\n(?:content-length|l)[ \t]*:[ \t]*(\d+)", head)
            if end and len(rest) >= int(length.group(1)):
                self.waiting.append(sip.Message((head + end + rest[:int(length.group(1))]).decode()))
                self.buffered = rest[int(length.group(1)):]
                continue
            more = self.sock.recv(65536)
            assert more, "the connection was closed; heard: %s" % self.waiting
            self.buffered += more


def _config(p, host):
    return ("cli\n listen 127.0.0.1 %d\nmedia\n ports %d %d\nsip\n listen udp %s %d\n listen tcp %s %d\n"
            "peer phones\n address %s\n port %d\nline echo\n echo\nroute in\n from peer phones\n to line echo\n" % (
                p.cli, p.media, p.media + 199, host, p.sip, host, p.sip, host, p.phone))


def _answered(agent):
    call = agent.call("600", sip.sdp(ports.any_port("udp", agent.host), host=agent.host))
    ok = agent.wait(lambda m: m.status >= 200)
    assert ok.status == 200 and ";transport=tcp>" in ok.get("Contact"), ok.headers
    call.remote, call.target = ok.get("To"), re.search("<(.*)>", ok.get("Contact")).group(1)
    call.request("ACK", seq=call.seq)
    return call


def _cleared(agent, call):
    call.request("BYE")
    assert agent.wait(lambda m: m.cseq[1] == "BYE").status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_call_over_tcp(own, host):
    gateway = own(text=_config, host=host)
    with _Agent(gateway, host) as agent:
        _cleared(agent, _answered(agent))


def test_flood_of_connections_leaves_calls_and_descriptors_alone(own):
    gateway = own(text=_config, host="127.0.0.1")
    with _Agent(gateway, "127.0.0.1") as agent:
        call = _answered(agent)
        before, flood = gateway.descriptors(), []
        for i in range(600):
            flood.append(socket.create_connection(("127.0.0.1", gateway.ports.sip), 5))
            if i % 3:
                flood[-1].sendall(b"INVITE sip:600@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP " if i % 3 == 1 else b"\r\n\r\n")
        wait_for("the flood is bounded",
                 lambda: gateway.cli.json("sip transports")["totals"]["opened"] > 200, 8)
        assert gateway.cli.json("sip transports")["totals"]["connections"] <= 256
        assert gateway.cli.json("calls")
        for connection in flood:
            connection.close()
        wait_for("descriptors as before", lambda: gateway.descriptors() <= before, 12)
        _cleared(agent, call)
