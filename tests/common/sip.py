"""A SIP user agent of a few lines, that says exactly what a test wants said, right or wrong, over UDP.

One socket, one thread: what arrives is kept until somebody asks for it."""
import itertools
import random
import re
import socket
import time

from common import ports

_COUNT = itertools.count(random.getrandbits(24))


class Message:
    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        self.start, *lines = head.split("\r\n")
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines if ":" in line]
        status = re.match(r"SIP/2\.0 (\d+)", self.start)
        self.status = int(status.group(1)) if status else 0
        self.method = "" if status else self.start.split(" ")[0]

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def get(self, name):
        return (self.all(name) or [""])[0]

    @property
    def cseq(self):
        number, _, method = self.get("CSeq").partition(" ")
        return int(number or 0), method.strip()

    def media(self):
        """(address, port) of the first m= line."""
        m = re.search(r"(?m)^m=audio (\d+)", self.body)
        c = re.search(r"(?m)^c=IN IP[46] (\S+)", self.body)
        return (c.group(1), int(m.group(1))) if m and c else None

    def __repr__(self):
        return self.start


def sdp(port, payloads="8", direction="sendrecv", host="127.0.0.1", version=1):
    """An offer or answer; 101 among the payload types is telephone-event."""
    lines = ["v=0", "o=- 7 %d IN IP%d %s" % (version, 6 if ":" in host else 4, host), "s=-",
             "c=IN IP%d %s" % (6 if ":" in host else 4, host), "t=0 0", "m=audio %d RTP/AVP %s" % (port, payloads)]
    if "101" in payloads.split():
        lines += ["a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"]
    lines += ["a=" + direction, ""]
    return "\r\n".join(lines)


class Agent:
    def __init__(self, gateway_port, host="127.0.0.1", port=0, gateway_host="127.0.0.1"):
        self.host, self.gateway = host, (gateway_host, gateway_port)
        self.sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((host, port or ports.any_port("udp", host)))
        self.port, self.waiting = self.sock.getsockname()[1], []
        self.at = "[%s]" % host if ":" in host else host

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, text):
        self.sock.sendto(text.encode() if isinstance(text, str) else text, self.gateway)

    def wait(self, wanted, timeout=60):
        """The first message that the test wants; the others stay for later. AssertionError after timeout."""
        deadline = time.monotonic() + timeout
        looked = 0
        while True:
            for i, message in enumerate(self.waiting[looked:], looked):
                if wanted(message):
                    return self.waiting.pop(i)
            looked = len(self.waiting)
            left = deadline - time.monotonic()
            assert left > 0, "nothing of the kind within %g s, but: %s" % (timeout, self.waiting)
            self.sock.settimeout(left)
            try:
                data, _ = self.sock.recvfrom(65536)
            except socket.timeout:
                continue
            self.waiting.append(Message(data.decode("utf-8", "replace")))

    def drain(self):
        """All that has come by now; nobody waits for it any more."""
        came, self.waiting = self.waiting, []
        self.sock.setblocking(False)
        try:
            while True:
                came.append(Message(self.sock.recv(65536).decode("utf-8", "replace")))
        except BlockingIOError:
            return came

    def respond(self, request, status, *extra, tag="x"):
        """To a request, outside any call of ours: status "486 Busy Here"; extra: header lines."""
        to = request.get("To") + ("" if "tag=" in request.get("To") else ";tag=" + tag)
        keep = ["%s: %s" % h for h in request.headers if h[0] in ("Via", "From", "Call-ID", "CSeq")]
        self.send("\r\n".join(["SIP/2.0 " + status, *keep, "To: " + to, *extra, "Content-Length: 0", "", ""]))

    def call(self, number, body, **more):
        return Call(self, number).invite(body, **more)

    def answer_call(self, timeout=60):
        """The next INVITE of a new dialog, as a call in which we are the callee."""
        invite = self.wait(lambda m: m.method == "INVITE" and "tag=" not in m.get("To"), timeout)
        return Call(self, invite=invite)


class Call:
    """A dialog, from either side."""

    def __init__(self, agent, number="", invite=None):
        self.agent, self.invite_in = agent, invite
        tag = "t%d" % next(_COUNT)
        self.seq, self.branch, self.invited = 0, "", {}
        if invite:
            self.call_id = invite.get("Call-ID")
            self.local, self.remote = invite.get("To") + ";tag=" + tag, invite.get("From")
            self.target = _uri(invite.get("Contact"))
        else:
            self.call_id = "c%d@crosspoint.test" % next(_COUNT)
            at = "%s:%d" % ("[%s]" % agent.gateway[0] if ":" in agent.gateway[0] else agent.gateway[0], agent.gateway[1])
            self.target = "sip:%s@%s" % (number, at)
            self.local, self.remote = "<sip:100@%s>;tag=%s" % (agent.at, tag), "<%s>" % self.target

    def request(self, method, body="", extra=(), **odd):
        """Sends one of this dialog. odd: branch, seq, target, to, where they are not the dialog's next."""
        if "seq" not in odd:
            self.seq += 1
        seq, target = odd.get("seq", self.seq), odd.get("target", self.target)
        self.branch = odd.get("branch") or "z9hG4bK%d" % next(_COUNT)
        lines = ["%s %s SIP/2.0" % (method, target),
                 "Via: SIP/2.0/UDP %s:%d;branch=%s" % (self.agent.at, self.agent.port, self.branch),
                 "Max-Forwards: 70", "From: " + self.local, "To: " + odd.get("to", self.remote),
                 "Call-ID: " + self.call_id, "CSeq: %d %s" % (seq, method),
                 "Contact: <sip:100@%s:%d>" % (self.agent.at, self.agent.port), *extra]
        if body:
            lines.append("Content-Type: application/sdp")
        self.agent.send("\r\n".join(lines + ["Content-Length: %d" % len(body), "", body]))
        return self

    def invite(self, body="", extra=()):
        """The first one, or one within the dialog."""
        self.request("INVITE", body, extra)
        self.invited = {"branch": self.branch, "seq": self.seq, "target": self.target, "to": self.remote}
        return self

    def response(self, *statuses, timeout=60, method=None):
        """The next response to our last request with one of these status codes, or the next final one."""
        def wanted(m):
            return (m.status and m.get("Call-ID") == self.call_id and m.cseq[0] == self.seq
                    and (method is None or m.cseq[1] == method)
                    and (m.status in statuses if statuses else m.status >= 200))
        got = self.agent.wait(wanted, timeout)
        if got.status > 100:
            self.remote = got.get("To")
        if 180 <= got.status < 300 and got.get("Contact"):
            self.target = _uri(got.get("Contact"))
        return got

    def answered(self, timeout=60):
        """200 and our ACK."""
        got = self.response(timeout=timeout)
        assert got.status == 200, got
        self.ack()
        return got

    def ack(self, body=""):
        self.request("ACK", body, seq=self.seq)

    def refused(self, timeout=60):
        """A final response above 299, and its ACK in the INVITE's transaction (RFC 3261 17.1.1.3)."""
        got = self.response(method="INVITE", timeout=timeout)
        assert got.status >= 300, got
        self.request("ACK", **{**self.invited, "to": got.get("To")})
        return got

    def cancel(self):
        """RFC 3261 9.1: all as in the INVITE. Its own 200 is waited for."""
        self.request("CANCEL", **self.invited)
        got = self.response(method="CANCEL")
        assert got.status == 200, got

    def bye(self, extra=()):
        self.request("BYE", extra=extra)
        got = self.response()
        assert got.status == 200, got

    def wait_request(self, method, timeout=60):
        return self.agent.wait(lambda m: m.method == method and m.get("Call-ID") == self.call_id, timeout)

    def reply(self, request, status, reason="-", body="", extra=()):
        lines = ["SIP/2.0 %d %s" % (status, reason), *("Via: " + v for v in request.all("Via")),
                 "From: " + request.get("From"), "Call-ID: " + self.call_id, "CSeq: " + request.get("CSeq"),
                 "To: " + (request.get("To") if "tag=" in request.get("To") or status == 100 else self.local),
                 "Contact: <sip:200@%s:%d>" % (self.agent.at, self.agent.port), *extra]
        if body:
            lines.append("Content-Type: application/sdp")
        self.agent.send("\r\n".join(lines + ["Content-Length: %d" % len(body), "", body]))

    def bye_comes(self, timeout=60):
        """Waits for the other side's BYE and accepts it."""
        bye = self.wait_request("BYE", timeout)
        self.reply(bye, 200, "OK")
        return bye


def _uri(contact):
    m = re.search(r"<([^>]*)>", contact)
    return m.group(1) if m else contact.strip()
