"""Calls over TCP, IPv4 and IPv6, while others open connections and say nothing, or half of something."""
import socket

import pytest

from common.gateway import wait_for
from common.stream import Agent


def _config(p, host):
    return ("cli\n listen 127.0.0.1 %d\nmedia\n ports %d %d\nsip\n listen udp %s %d\n listen tcp %s %d\n"
            "peer phones\n address %s\n port %d\nline echo\n echo\nroute in\n from peer phones\n to line echo\n" % (
                p.cli, p.media, p.media + 199, host, p.sip, host, p.sip, host, p.phone))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_call_over_tcp(own, host):
    gateway = own(text=_config, host=host)
    with Agent(host, gateway.ports.sip) as agent:
        agent.cleared(agent.answered())


def test_flood_of_connections_leaves_calls_and_descriptors_alone(own):
    gateway = own(text=_config, host="127.0.0.1")
    with Agent("127.0.0.1", gateway.ports.sip) as agent:
        call = agent.answered()
        before, flood = gateway.descriptors(), []
        for i in range(600):
            flood.append(socket.create_connection(("127.0.0.1", gateway.ports.sip), 60))
            if i % 3:
                flood[-1].sendall(b"INVITE sip:600@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP " if i % 3 == 1 else b"\r\n\r\n")
        wait_for("the flood is bounded",
                 lambda: gateway.cli.json("sip transports")["totals"]["opened"] > 200)
        assert gateway.cli.json("sip transports")["totals"]["connections"] <= 256
        assert gateway.cli.json("calls")
        for connection in flood:
            connection.close()
        wait_for("descriptors as before", lambda: gateway.descriptors() <= before)
        agent.cleared(call)
