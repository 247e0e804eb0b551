"""Many calls from one socket, at a rate of our own whatever the answers: INVITE, ACK, BYE, each sent again until it is
answered, with the intervals of RFC 3261 17.1.2.2. Arrivals are seeded; nothing waits for the gateway."""
import heapq
import random
import re
import select
import socket
import time
from dataclasses import dataclass, field

T1, T2 = 0.5, 4.0
SDP = "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
STATUS = re.compile(rb"SIP/2\.0 (\d+)")
CALL_ID = re.compile(rb"\r\nCall-ID: *([^\r]+)", re.I)
TO = re.compile(rb"\r\nTo: *([^\r]+)", re.I)
CSEQ = re.compile(rb"\r\nCSeq: *\d+ *(\w+)", re.I)
CONTACT = re.compile(rb"\r\nContact: *<([^>]+)>", re.I)


@dataclass
class Call:
    number: int
    begun: float
    status: int = 0  # final one of the INVITE
    answered: float = 0.0
    bye_sent: bool = False
    cleared: bool = False
    to: str = ""
    target: str = ""


@dataclass
class Figures:
    offered: int = 0
    answered: int = 0
    refused: int = 0
    silent: int = 0
    other: int = 0
    cleared: int = 0
    retry_after: int = 0
    answered_at: list = field(default_factory=list)  # seconds since the start
    refusal_s: list = field(default_factory=list)  # from INVITE to 503


class Flood:
    def __init__(self, port, local, called, host="127.0.0.1", hold=0.2):
        self.host, self.port, self.called, self.hold = host, port, called, hold
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sock.setblocking(False)
        self.sock.bind((host, local))
        self.local = "%s:%d" % (host, self.sock.getsockname()[1])
        self.calls, self.due, self.next = {}, [], 0
        self.figures = Figures()

    def close(self):
        self.sock.close()

    def _send(self, call, method, cseq, branch, to="", body=""):
        head = ("{m} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {l};rport;branch=z9hG4bK{b}\r\nMax-Forwards: 70\r\n"
                "From: <sip:100@{h}>;tag=f{n}\r\nTo: {to}\r\nCall-ID: {n}@flood\r\nCSeq: {c} {m}\r\n"
                "Contact: <sip:100@{l}>\r\n{t}Content-Length: {len}\r\n\r\n{body}")
        uri = call.target if branch[0] in "ab" else "sip:%s@%s:%d" % (self.called, self.host, self.port)
        text = head.format(m=method, uri=uri or self.called, l=self.local, h=self.host, b=branch, n=call.number, c=cseq,
                           to=to or "<sip:%s@%s>" % (self.called, self.host), len=len(body), body=body,
                           t="Content-Type: application/sdp\r\n" if body else "")
        try:
            self.sock.sendto(text.encode(), (self.host, self.port))
        except BlockingIOError:
            pass

    def _later(self, when, what, call, *rest):
        heapq.heappush(self.due, (when, call.number, what, rest))

    def _invite(self, call, now, wait=T1):
        self._send(call, "INVITE", 1, "i%d" % call.number, body=SDP.format(self.host))
        if now + wait < call.begun + 64 * T1:  # Timer B
            self._later(now + wait, "invite", call, min(wait * 2, T2))

    def _bye(self, call, now, wait=T1):
        call.bye_sent = True
        self._send(call, "BYE", 2, "b%d" % call.number, call.to)
        self._later(now + wait, "bye", call, min(wait * 2, T2))

    def _begin(self, now):
        self.next += 1
        call = self.calls[self.next] = Call(self.next, now)
        self.figures.offered += 1
        self._invite(call, now)

    def _fall_due(self, now):
        while self.due and self.due[0][0] <= now:
            _, number, what, rest = heapq.heappop(self.due)
            call = self.calls.get(number)
            if not call:
                continue
            if what == "invite" and not call.status:
                self._invite(call, now, *rest)
            elif what == "bye" and not call.cleared:
                self._bye(call, now, *rest)

    def _final(self, call, status, data, now):
        """What comes after a 200 is only acknowledged: the call is there."""
        to, before, contact = TO.search(data).group(1).decode(), call.status, CONTACT.search(data)
        decides = not before or status == 200 != before
        if decides:
            call.status, call.to = status, to
            call.target = contact.group(1).decode() if contact else ""
        self._send(call, "ACK", 1, ("a%d" if status == 200 else "i%d") % call.number, to)
        if not decides:
            return
        if status == 200:
            self.figures.answered += 1
            self.figures.answered_at.append(now - self.start)
            self._later(now + self.hold, "bye", call)
        elif status == 503:
            self.figures.refused += 1
            self.figures.retry_after += b"\r\nRetry-After:" in data
            self.figures.refusal_s.append(now - call.begun)
        else:
            self.figures.other += 1

    def _hear(self, now):
        for _ in range(200):
            try:
                data = self.sock.recv(4096)
            except (BlockingIOError, ConnectionRefusedError):
                return
            status, number = STATUS.match(data), CALL_ID.search(data)
            if not status:
                self._answer(data)
                continue
            call = self.calls.get(int(number.group(1).split(b"@")[0]))
            if not call:
                continue
            status, method = int(status.group(1)), CSEQ.search(data).group(1)
            if method == b"BYE" and status >= 200:
                self.figures.cleared += not call.cleared
                call.cleared = True
            elif method == b"INVITE" and status >= 200:
                self._final(call, status, data, now)

    def _answer(self, data):
        """A request of the gateway's (BYE when it gives a call up, OPTIONS): 200."""
        head = data.split(b"\r\n\r\n")[0].split(b"\r\n")
        kept = [line for line in head[1:] if re.match(rb"(Via|From|To|Call-ID|CSeq):", line, re.I)]
        self.sock.sendto(b"\r\n".join([b"SIP/2.0 200 OK"] + kept + [b"Content-Length: 0", b"", b""]),
                         (self.host, self.port))

    def run(self, rate, seconds, seed=1, linger=60):
        """Calls at that rate, by chance as telephone calls come, and then until all have ended or for linger s."""
        dice = random.Random(seed)
        self.figures, self.start = Figures(), time.monotonic()
        end, arrival = self.start + seconds, self.start
        while True:
            now = time.monotonic()
            while arrival <= now and arrival < end:
                self._begin(now)
                arrival += dice.expovariate(rate)
            self._fall_due(now)
            self._hear(now)
            if now >= end and (now > end + linger or all(self._over(c) for c in self.calls.values())):
                break
            wait = min([arrival if arrival < end else now + 0.05] + [d[0] for d in self.due[:1]]) - now
            if wait > 0:
                select.select([self.sock], [], [], min(wait, 0.05))
        self.figures.silent = sum(not c.status for c in self.calls.values())
        self.calls.clear()
        self.due.clear()
        return self.figures

    @staticmethod
    def _over(call):
        return call.status and (call.status != 200 or call.cleared)
