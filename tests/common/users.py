"""Phones of the registrar's users."""
from common import digest, sip


class Phone(sip.Agent):
    """A phone of the user's, at an address of its own."""

    def __init__(self, gateway, host, user, password, port=0):
        super().__init__(gateway.ports.sip, host, port)
        self.user, self.password, self.seq = user, password, 0

    def credentials(self, asked, method):
        return "Authorization: " + digest.answer(asked.get("WWW-Authenticate"), method, self.user, self.password)

    def register(self):
        """The status of the second REGISTER, the first having been asked who it is."""
        extra = []
        for _ in range(2):
            self.seq += 1
            self.send("\r\n".join([
                "REGISTER sip:127.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP %s:%d;branch=z9hG4bKr%s%d" % (
                    self.host, self.port, self.user, self.seq),
                "Max-Forwards: 70", "From: <sip:%s@127.0.0.1>;tag=r" % self.user, "To: <sip:%s@127.0.0.1>" % self.user,
                "Call-ID: r-%s-%d" % (self.user, self.port), "CSeq: %d REGISTER" % self.seq,
                "Contact: <sip:%s@%s:%d>" % (self.user, self.host, self.port), *extra, "Content-Length: 0", "", ""]))
            got = self.wait(lambda m: m.status and m.cseq == (self.seq, "REGISTER"))
            if got.status == 401:
                extra = [self.credentials(got, "REGISTER")]
        return got.status

    def dial(self, number, body, extra=()):
        call = sip.Call(self, number).invite(body, extra)
        asked = call.refused()
        assert asked.status == 401, asked
        call.remote = "<%s>" % call.target
        return call.invite(body, [self.credentials(asked, "INVITE"), *extra])

    def ask(self, call, method, *extra):
        """A request in its call; the final response once it has said who it is."""
        call.request(method, extra=extra)
        asked = call.response(method=method)
        assert asked.status == 401, asked
        call.request(method, extra=[self.credentials(asked, method), *extra])
        return call.response(method=method)


def registered(gateway, user):
    return [row for row in gateway.cli.json("registrar") if row["user"] == user and row.get("contact")]
