"""Look-ups at servers that do what none should: each of their calls ends in time as its look-up says, and others go on."""
import socket
import struct
import threading

from common import sip
from common.dns import Dns, naptr

SDP = sip.sdp(4000)
LONG = 100 * 1024 * 1024


class Raw:
    """A TCP server: what `behave` does with each connection, in a thread of its own."""

    def __init__(self, behave):
        self.accepted, self.sent = 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.behave = self.listener.getsockname()[1], behave
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection:
                connection.settimeout(60)
                connection.recv(4096)
                self.behave(self, connection)
        except OSError:
            pass

    def say(self, connection, octets):
        connection.sendall(octets)
        self.sent += len(octets)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def dribble(server, connection):
    """An octet at a time, of a head without end."""
    server.say(connection, b"HTTP/1.1 200 OK\r\n")
    while True:
        server.say(connection, b"x")
        connection.settimeout(0.05)
        try:
            if not connection.recv(1):
                return
        except socket.timeout:
            pass


def flood(server, connection):
    server.say(connection, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while server.sent < LONG:
        server.say(connection, b" " * 65536)


def redirect(server, connection):
    server.say(connection, b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % server.port)


def close(_server, _connection):
    pass


class OddDns(Dns):
    """Fails for names in `failing`; what is asked over UDP is answered as truncated where it is in `truncated`."""

    def __init__(self, records, failing, truncated):
        self.failing, self.truncated, self.over_tcp = failing, truncated, []
        super().__init__(records)
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._listen, daemon=True).start()

    def _odd(self, query, tcp):
        whole = super()._answer(query)
        name = self.asked[-1][0]
        if name in self.failing:
            return whole[:2] + struct.pack("!HHHHH", 0x8182, 1, 0, 0, 0) + query[12:]
        if name in self.truncated and not tcp:
            end = query.index(b"\0", 12) + 5
            return whole[:2] + struct.pack("!HHHHH", 0x8380, 1, 0, 0, 0) + query[12:end]
        if tcp:
            self.over_tcp.append(name)
        return whole

    def _answer(self, query):
        return self._odd(query, False)

    def _listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
                with connection:
                    connection.settimeout(60)
                    size, = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
                    answer = self._odd(connection.recv(size, socket.MSG_WAITALL), True)
                    connection.sendall(struct.pack("!H", len(answer)) + answer)
                    connection.recv(1)
            except OSError:
                return

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        super().close()


def _other_call(phone):
    call = phone.call("600", SDP)
    call.answered(60)
    call.bye()


def _row(gateway, name):
    return next(row for row in gateway.cli.json("lookups") if row["name"] == name)


def test_web_servers_that_misbehave_hold_nothing(own):
    servers = {how.__name__: Raw(how) for how in (dribble, flood, redirect, close)}
    gateway = own(extra="".join(
        "lookup %s\n http http://127.0.0.1:%d/\n timeout %d\n on-failure refuse 38\n"
        "route %s\n from peer phones\n called 55%d\n lookup %s\n to line refusing\n" % (
            name, server.port, 1500 if name == "dribble" else 10000, name, n, name)
        for n, (name, server) in enumerate(servers.items())))
    phone = gateway.agent()
    calls = [phone.call("55%d" % n, SDP) for n in range(len(servers))]
    _other_call(phone)
    assert [call.refused(60).status for call in calls] == [503] * 4
    errors = {name: _row(gateway, name)["error"] for name in servers}
    assert errors["dribble"] == "no answer in time" and servers["dribble"].accepted == 1
    assert errors["flood"] == "the answer is longer than 16384 octets" and servers["flood"].sent < LONG
    assert errors["redirect"] == "it answers 302" and servers["redirect"].accepted == 1
    assert errors["close"] and _row(gateway, "close")["failed"] == 1
    phone.close()
    for server in servers.values():
        server.close()
    gateway.wait_idle(60)


HOSTILE = ("!^(\\\\+?(5|55)*)*x$!sip:1@far.example!", "!(((((5{255}){255}){255}){255}){255})!sip:1@far.example!",
           "!^(?R)*$!sip:1@far.example!", "!^.*$!sip:\\\\9@far.example!", "!.*!")


def test_dns_servers_that_misbehave_hold_nothing(own):
    names = {kind: "%d.5.5.e164.test" % n for n, kind in enumerate(("failing", "truncated", "looping", "hostile"))}
    dns = OddDns({names["failing"]: [], names["truncated"]: [naptr(1, 1, "E2U+sip", "", "u", "!^.*$!sip:+4930@far.example!")],
                  names["looping"]: [naptr(n, 1, service, where, "") for n, (service, where) in enumerate((
                      ("E2U+sip", names["looping"]), ("", names["looping"]), ("E2U+sip", "loop.e164.test")))],
                  names["hostile"]: [naptr(n, 1, "E2U+sip", "", "u", regexp.replace("\\\\", "\\")) for n, regexp in enumerate(HOSTILE)]},
                 {names["failing"]}, {names["truncated"]})
    far = sip.Agent(0, "127.0.0.21")
    gateway = own(extra="peer far\n address 127.0.0.21\n port %d\nlookup l\n enum e164.test\n dns-server 127.0.0.1 %d\n timeout 10000\n"
                        " domain far.example peer far\n on-failure refuse 38\nroute asked\n from peer phones\n called 55\n lookup l\n"
                        " to line refusing\n" % (far.port, dns.port))
    phone = gateway.agent()
    calls = {kind: phone.call("55%d" % n, SDP) for n, kind in enumerate(names) if kind != "truncated"}
    _other_call(phone)
    assert {kind: call.refused(60).status for kind, call in calls.items()} == {"failing": 503, "looping": 603, "hostile": 603}
    row = _row(gateway, "l")
    assert (row["asked"], row["failed"], row["nothing"], row["error"]) == (3, 1, 2, "the server fails")
    assert "loop.e164.test" not in [name for name, _ in dns.asked]  # it is not followed
    call = phone.call("551", SDP)
    invite = far.wait(lambda m: m.method == "INVITE", 60)
    assert invite.start.startswith("INVITE sip:+4930@127.0.0.21") and set(dns.over_tcp) == {names["truncated"]}
    far.gateway = ("127.0.0.1", gateway.ports.sip)
    far.respond(invite, "486 Busy Here")
    assert call.refused(60).status == 486
    far.close()
    phone.close()
    dns.close()
    gateway.wait_idle(60)
