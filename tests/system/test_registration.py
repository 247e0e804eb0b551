"""Our registration with a provider: by the connection that its calls come by, by the way that it names, for as long as there
is a line; and phones behind a proxy that register with us."""
import contextlib
import re
import socket

import pytest
from common import ports, sip, stream
from common.gateway import wait_for
from common.sip import sdp
from common.users import Phone, registered

_PEER = """\
peer provider
 address 127.0.0.4
 port {port}
 register user 4930123
{more}route provider-in
 from peer provider
 called 4930123
 to line echo
route provider-out
 from trunk exchange
 called 69
 to peer provider
"""


class Accepted(stream.Agent):
    """The provider's end of a connection that the gateway opened."""

    def __init__(self, sock, gateway_port):  # pylint: disable=super-init-not-called
        self.host, self.gateway, self.at = "127.0.0.4", ("127.0.0.1", gateway_port), "127.0.0.4"
        self.sock, self.transport, self.waiting, self.buffered = sock, "tcp", [], b""
        self.port = sock.getsockname()[1]


@pytest.fixture(name="listener")
def provider_by_tcp():
    with socket.create_server(("127.0.0.4", 0)) as server:
        server.settimeout(60)
        yield server


def _target(contact):
    return re.search("<([^>]*)>", contact).group(1)


def _accept(agent, gateway, *extra, expires="600", state="registered"):
    """The first REGISTER that asks for so long, once the gateway says that state; all of them are accepted."""
    heard = []

    def look():
        with contextlib.suppress(AssertionError, TimeoutError):
            request = agent.wait(lambda m: m.method == "REGISTER" and m.get("Expires") == expires, 0.2)
            agent.respond(request, "200 OK", "Contact: %s;expires=%s" % (request.get("Contact"), expires), *extra)
            heard.append(request)
        return heard and gateway.cli.json("registrations")[0]["state"] == state
    wait_for(state, look, 120)
    return heard[0]


def test_lost_connection_is_another_registration(own, listener, rtp):
    """RFC 5626: the provider's calls come by the connection that REGISTER went by. It is closed; another is opened by another
    REGISTER of the same instance, and a call comes by that one."""
    port = listener.getsockname()[1]
    gateway = own(extra=_PEER.format(port=port, more=" transport tcp\n register outbound\n register expires 600\n"))
    first = Accepted(listener.accept()[0], gateway.ports.sip)
    before = _accept(first, gateway)
    first.close()
    with Accepted(listener.accept()[0], gateway.ports.sip) as second:
        after = _accept(second, gateway)
        assert after.get("Contact") == before.get("Contact") and ";reg-id=1" in after.get("Contact")
        assert after.get("Call-ID") == before.get("Call-ID") and after.cseq > before.cseq
        call = sip.Call(second, "4930123")
        call.target = _target(after.get("Contact"))
        call.invite(sdp(rtp().port))
        call.answered(60)
        call.request("BYE")
        assert call.response(method="BYE", timeout=60).status == 200


@pytest.fixture(name="provider")
def provider_by_udp(own):
    """What makes a gateway, and its provider as an agent of one socket."""
    made = []

    def make(more, extra=""):
        port = ports.any_port("udp", "127.0.0.4")
        gateway = own(extra=_PEER.format(port=port, more=more) + extra)
        made.append(gateway.agent("127.0.0.4", port))
        return gateway, made[-1]
    yield make
    for agent in made:
        agent.close()


def test_calls_go_the_way_that_the_registrar_names(provider):
    """RFC 3608: Service-Route, in its order, before the number; the first of it is where requests go."""
    gateway, agent = provider(" register expires 600\n")
    way = ["<sip:127.0.0.4:%d;lr>" % agent.port, "<sip:core.example;lr>"]
    _accept(agent, gateway, "Service-Route: " + ", ".join(way))
    gateway.originate("trunk pstn 690")
    call = agent.answer_call(60)
    assert re.split(r",\s*", ", ".join(call.invite_in.all("Route"))) == way
    assert call.invite_in.start.startswith("INVITE sip:690@127.0.0.4")
    call.reply(call.invite_in, 486, "Busy Here")
    gateway.wait_idle(60)


def test_registered_while_there_is_a_line(provider):
    gateway, agent = provider(" register expires 600\n register while-trunk pstn\n")
    _accept(agent, gateway)
    gateway.cli.run("test span e1-1 cut")
    gone = _accept(agent, gateway, expires="0", state="held")
    assert gone.get("Contact").startswith("<sip:4930123@")
    gateway.cli.run("test span e1-1 restore")
    _accept(agent, gateway)


_REGISTRAR = """registrar
user anna
 password s3cret
 number 6912
route to-anna
 from trunk exchange
 called exact 6912
 to registrar
peer edge
 address 127.0.0.6
 port {port}
 trusted
"""


class Behind(Phone):
    """A phone whose requests come by a proxy that wants to be on the way of its calls (RFC 3327)."""

    def send(self, text):
        path = "Path: <sip:anna-flow@127.0.0.6:%d;lr>\r\nSupported: path\r\nContact: " % self.port
        super().send(text.replace("Contact: ", path, 1) if text.startswith("REGISTER") else text)


def test_calls_of_a_phone_go_by_its_proxy(provider):
    port = ports.any_port("udp", "127.0.0.6")
    gateway, _ = provider("", _REGISTRAR.format(port=port))
    with Behind(gateway, "127.0.0.6", "anna", "s3cret", port) as proxy:
        assert proxy.register() == 200
        assert registered(gateway, "anna")
        gateway.originate("trunk pstn 6912")
        call = proxy.answer_call(60)
        assert call.invite_in.get("Route") == "<sip:anna-flow@127.0.0.6:%d;lr>" % port
        call.reply(call.invite_in, 486, "Busy Here")
        gateway.wait_idle(60)
