"""Mutated messages of every kind, over UDP and TCP, in and out of dialogs and as responses, with a call up that does
not notice: its sound goes on. Nothing is left behind, and the gateway, with sanitizers too, has nothing to say of it.

The run is as long as MUTATION_SECONDS says (8 for each transport); MUTATION_SEED begins another one. What was sent last
stands in the folder of the gateway's log."""
import itertools
import os
import random
import select
import socket
import time

from common import mutate, ports, sip
from common.gateway import wait_for

SECONDS = float(os.environ.get("MUTATION_SECONDS", "8"))
SEED = int(os.environ.get("MUTATION_SEED", "1"))
HOST = "127.0.0.6"
CONFIG = """\
peer mutant
 address 127.0.0.6
 port %d
 trusted
 codecs pcma pcmu
 options 5
route mutant-out
 from peer mutant
 called 6
 to trunk pstn
route mutant-in
 from trunk pstn
 called 9
 to peer mutant
"""
NUMBERS = ("600", "600", "601", "603", "605", "606", "607", "609", "613", "699")
STATUSES = (100, 180, 183, 199, 200, 202, 300, 302, 380, 401, 407, 408, 422, 480, 484, 486, 491, 503, 600, 699)
TOLD = 200  # messages that are kept, to be told
KEPT = 40  # TCP connections that are still open; the gateway has a limit a host


class Wire:
    """The mutant's sockets. Over TCP a connection is given up when what was said on it may have spoilt it."""

    def __init__(self, gateway_port, over_tcp, port):
        self.gateway, self.over_tcp, self.port = ("127.0.0.1", gateway_port), over_tcp, port
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((HOST, port))
        self.listener = socket.create_server((HOST, port))
        self.tcp, self.streams, self.sent = None, {}, []

    def close(self):
        for sock in (self.udp, self.listener, *self.streams):
            sock.close()

    def renew(self):
        """The next thing is said on a new connection; what comes on the last ones is still read."""
        self.tcp = None
        for old in list(self.streams)[:-KEPT]:
            self.drop(old)

    def send(self, data, way=None):
        """way: the socket that the request came by which this answers."""
        self.sent = self.sent[1 - TOLD:] + [data]
        if way is self.udp or not self.over_tcp:
            self.udp.sendto(data, self.gateway)
            return
        try:
            if way is None and self.tcp is None:
                self.tcp = socket.create_connection(self.gateway, 60, (HOST, 0))
                self.streams[self.tcp] = b""
            (way or self.tcp).sendall(data)
        except OSError:
            self.drop(way or self.tcp)

    def drop(self, sock):
        if sock:
            self.streams.pop(sock, None)
            sock.close()
        if sock is self.tcp:
            self.tcp = None

    def receive(self, timeout=0.0):
        """The messages that have come, each with the socket that it came by."""
        out = []
        while ready := select.select([self.udp, self.listener, *self.streams], [], [], 0 if out else timeout)[0]:
            for sock in ready:
                out += self._read(sock)
            timeout = 0
        return out

    def _read(self, sock):
        if sock is self.udp:
            return [(_message(self.udp.recv(65536)), sock)]
        if sock is self.listener:
            self.streams[self.listener.accept()[0]] = b""
            return []
        try:
            got = sock.recv(65536)
        except OSError:
            got = b""
        if not got:
            self.drop(sock)
            return []
        self.streams[sock] += got
        return [(m, sock) for m in self._whole(sock)]

    def _whole(self, sock):
        """Messages of the stream; the gateway tells their lengths truly."""
        while b"\r\n\r\n" in self.streams[sock]:
            head, _, rest = self.streams[sock].lstrip(b"\r\n").partition(b"\r\n\r\n")
            length = int(_message(head + b"\r\n\r\n").get("Content-Length") or 0)
            if len(rest) < length:
                return
            self.streams[sock] = rest[length:]
            yield _message(head + b"\r\n\r\n" + rest[:length])


def _message(data):
    return sip.Message(data.decode("utf-8", "surrogateescape"))


class Dialog:
    def __init__(self, number, call_id, port):
        self.number, self.call_id, self.seq, self.port = number, call_id, 0, port
        self.local, self.remote = "<sip:100@%s>;tag=m%s" % (HOST, call_id), "<sip:%s@127.0.0.1>" % number
        self.target = "sip:%s@127.0.0.1" % number

    def learn(self, response):
        if response.get("To"):
            self.remote = response.get("To")
        contact = response.get("Contact")
        if contact.startswith("<"):
            self.target = contact[1:].partition(">")[0]


class Mutant:
    """Says what the generator makes it say, and behaves in everything else, so that what it begins also ends."""

    def __init__(self, wire, rng):
        self.wire, self.rng, self.count = wire, rng, itertools.count(1)
        self.responses, self.invites = {}, []

    def request(self, method, dialog, branch=None, seq=None):
        if seq is None:
            dialog.seq += 1
        branch = branch or "z9hG4bKm%s-%d" % (dialog.call_id, next(self.count))
        transport = "TCP" if self.wire.over_tcp else "UDP"
        via = "SIP/2.0/%s %s:%d;branch=%s;rport" % (transport, HOST, self.wire.port, branch)
        message = mutate.Message("%s %s SIP/2.0" % (method, dialog.target), [
            ("Via", via), ("Max-Forwards", "70"), ("From", dialog.local), ("To", dialog.remote),
            ("Call-ID", dialog.call_id), ("CSeq", "%d %s" % (dialog.seq if seq is None else seq, method)),
            ("Contact", "<sip:100@%s:%d>" % (HOST, self.wire.port))])
        return message

    def rich(self, method, dialog, **how):
        message = self.request(method, dialog, **how)
        mutate.enrich(self.rng, message)
        mutate.add_body(self.rng, message, method)
        return message

    def new_dialog(self):
        return Dialog(self.rng.choice(NUMBERS), "m%d-%d" % (next(self.count), self.rng.getrandbits(32)), self.wire.port)

    def send_mutated(self, message):
        before = b""
        if self.wire.over_tcp and self.rng.random() < 0.2:  # right behind one that is whole
            before = self.request("OPTIONS", self.new_dialog()).octets()
        self.wire.send(before + mutate.mutate(self.rng, message))
        self.attend(0.001)
        if self.rng.random() < 0.7:
            self.wire.renew()

    def send(self, message):
        self.wire.send(message.octets())

    def attend(self, seconds=0.0):
        """Takes what came: requests are answered, answers to INVITE acknowledged and calls of nobody's cleared."""
        until = time.monotonic() + seconds
        while True:
            for message, way in self.wire.receive(max(0.0, until - time.monotonic())):
                if message.status:
                    self.on_response(message)
                elif message.method:
                    self.on_request(message, way)
            if time.monotonic() >= until:
                return

    def on_response(self, message):
        self.responses.setdefault(message.get("Call-ID"), []).append(message)
        if message.cseq[1] == "INVITE" and message.status >= 200:
            via = message.get("Via")
            kept = self.keep if message.get("Call-ID") == getattr(self, "keep_id", None) else None
            dialog = kept or Dialog("0", message.get("Call-ID"), self.wire.port)
            dialog.local, dialog.remote = message.get("From"), message.get("To")
            dialog.learn(message)
            branch = via.partition("branch=")[2].partition(";")[0] if message.status >= 300 else None
            self.send(self.request("ACK", dialog, branch=branch, seq=message.cseq[0]))
            if message.status < 300 and not kept:
                dialog.seq = message.cseq[0]
                self.send(self.request("BYE", dialog))

    def answer(self, request, status, contact=True):
        message = mutate.Message("SIP/2.0 %d X" % status, [("Via", v) for v in request.all("Via")] + [
            ("From", request.get("From")), ("Call-ID", request.get("Call-ID")), ("CSeq", request.get("CSeq")),
            ("To", request.get("To") + ("" if "tag=" in request.get("To") or status == 100 else ";tag=mutant"))])
        if contact:
            message.headers.append(["Contact", "<sip:900@%s:%d>" % (HOST, self.wire.port)])
        return message

    def on_request(self, message, way):
        if message.method == "ACK":
            return
        if message.method == "INVITE":
            if "tag=" not in message.get("To"):
                self.invites.append((message, way))
                return
            self.wire.send(self.answer(message, 488).octets(), way)
            return
        self.wire.send(self.answer(message, 200).octets(), way)
        if message.method == "CANCEL":
            for invite, its in self.invites:
                if invite.get("Call-ID") == message.get("Call-ID"):
                    self.wire.send(self.answer(invite, 487).octets(), its)

    # What it does

    def alone(self):
        """A request of any kind in no dialog."""
        method = self.rng.choice(mutate.METHODS)
        self.send_mutated(self.rich(method, self.new_dialog()))

    def within(self, early):
        """A call as it should be; mutated requests within it; then its end as it should be."""
        dialog = self.new_dialog()
        dialog.number = "605" if early else "600"
        dialog.target, dialog.remote = "sip:%s@127.0.0.1" % dialog.number, "<sip:%s@127.0.0.1>" % dialog.number
        invite = self.request("INVITE", dialog)
        if self.rng.random() < 0.5:
            invite.headers += [["Supported", "100rel, timer, replaces"],
                               ["Allow", "INVITE, ACK, BYE, CANCEL, UPDATE, PRACK"]]
        invite.headers.append(["Content-Type", "application/sdp"])
        invite.body = "\r\n".join(mutate.SDP[:7]) + "\r\n"
        self.keep_id, self.keep = dialog.call_id, dialog
        branch = invite.value("Via").partition("branch=")[2].partition(";")[0]
        self.send(invite)
        self.wait_for(dialog, lambda m: m.status > 100 if early else m.status >= 200)
        for message in self.responses.get(dialog.call_id, []):
            dialog.learn(message)
        for _ in range(self.rng.choice((1, 3, 6))):
            method = self.rng.choice(mutate.METHODS)
            how = {"branch": branch, "seq": 1} if method == "CANCEL" else {}
            self.send_mutated(self.rich(method, dialog, **how))
            self.attend(0.002)
        self.keep_id = None
        self.wire.renew()
        dialog.seq += 1000  # behind whatever CSeq a mutation had
        self.send(self.request("CANCEL", dialog, branch=branch, seq=1) if early else self.request("BYE", dialog))
        if early:
            dialog.remote = "<sip:%s@127.0.0.1>" % dialog.number

    def wait_for(self, dialog, wanted, timeout=1.0):
        until = time.monotonic() + timeout
        while time.monotonic() < until and not any(wanted(m) for m in self.responses.get(dialog.call_id, [])):
            self.attend(0.005)

    def respond(self):
        """Mutated responses to the gateway's own INVITE, and in the end one as it should be."""
        invite, way = self.invites.pop(0)
        for _ in range(self.rng.choice((1, 2, 4))):
            message = self.answer(invite, self.rng.choice(STATUSES))
            mutate.enrich(self.rng, message)
            mutate.add_body(self.rng, message, "response")
            self.wire.send(mutate.mutate(self.rng, message), way)
            self.attend(0.002)
        self.wire.send(self.answer(invite, 486).octets(), way)

    def step(self):
        self.wire.renew()
        kind = self.rng.random()
        if self.invites:
            self.respond()
        elif kind < 0.7:
            self.alone()
        else:
            self.within(early=kind < 0.8)
        self.attend(0.001)


class Scene:
    def __init__(self, own, rtp):
        self.port = ports.both(HOST)
        self.gateway = own(extra=CONFIG % self.port)
        self.agent, self.party = self.gateway.phone(), rtp()
        self.call = self.agent.call("601", sip.sdp(self.party.port))
        self.call.answered()
        wait_for("sound", lambda: len(self.party.packets) > 10)
        self.party.mark()
        self.before = self.gateway.descriptors()

    def run(self, over_tcp, seconds):
        wire = Wire(self.gateway.ports.sip, over_tcp, self.port)
        until, n = time.monotonic() + seconds, 0
        try:
            while time.monotonic() < until or n < 4:
                n += 1
                mutant = Mutant(wire, random.Random(SEED * 1000003 + n))
                if n % 4 == 1:
                    self.gateway.originate("trunk exchange 90%d" % (n % 10))
                for _ in range(10):
                    mutant.step()
                assert self.gateway.process.poll() is None, "the gateway died in round %d" % n
            self.settle(mutant)
        finally:
            self.tell(wire)
            wire.close()

    def settle(self, mutant):
        """Calls end by their timers, but for answered ones that the mutant then knew no more how to end."""
        until = time.monotonic() + 60
        while self.others() and time.monotonic() < until:
            mutant.attend(0.2)
            while mutant.invites:
                mutant.respond()
        assert {c["state"] for c in self.others()} <= {"active"}, self.others()
        for call in self.others():
            self.gateway.cli.run("clear call %s" % call["id"])
        mutant.attend(0.5)

    def others(self):
        return [c for c in self.gateway.cli.json("calls") if int(c["id"]) > 2]

    def tell(self, wire):
        with open(os.path.join(self.gateway.folder, "sent"), "wb") as f:
            f.write(b"\n=====\n".join(wire.sent))

    def judge(self):
        """The call that was up still is, and all of its sound came."""
        packets = list(self.party.packets)
        numbers = {(p[3] - packets[0][3]) & 0xffff for p in packets}
        assert len(numbers) == max(numbers) + 1, "packets are missing"
        assert max(b[0] - a[0] for a, b in zip(packets, packets[1:])) < 10, "the sound stopped for a while"
        assert max(map(abs, self.party.samples()[-1600:])) > 8000
        self.call.bye()
        self.gateway.wait_idle()
        # connections with half a message on them are closed after 20 s
        wait_for("as few descriptors as before", lambda: self.gateway.descriptors() <= self.before, step=0.1)
        wait_for("no termination, no port in use", lambda: not any(self.gateway.cli.json("media")[k] for k in ("terminations", "ports_used")))
        wait_for("no SIP transaction left but for an OPTIONS",
                 lambda: self.gateway.sip_totals()["transactions"] <= 1, step=0.2)


def test_mutated_messages_disturb_nobody(own, rtp):
    """Over UDP and then TCP, with one end: what is left of transactions is there for half a minute."""
    scene = Scene(own, rtp)
    for over_tcp in (False, True):
        scene.run(over_tcp, SECONDS)
    scene.judge()
    scene.agent.close()
