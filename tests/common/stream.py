"""A user agent on one connection, of TCP or TLS, which it opens."""
import re
import socket

from common import ports, sip


class Agent(sip.Agent):
    def __init__(self, host, port, context=None, name=None):
        self.host, self.gateway = host, (host, port)
        self.at = "[%s]" % host if ":" in host else host
        self.sock = socket.create_connection(self.gateway, 60)
        if context:
            self.sock = context.wrap_socket(self.sock, server_hostname=name)
        self.transport = "tls" if context else "tcp"
        self.port, self.waiting, self.buffered = self.sock.getsockname()[1], [], b""

    def send(self, text):
        self.sock.sendall(text.replace("SIP/2.0/UDP", "SIP/2.0/" + self.transport.upper()).replace(
            ":%d>" % self.port, ":%d;transport=%s>" % (self.port, self.transport)).encode())

    def wait(self, wanted, timeout=60):
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

    def answered(self):
        """A call that stands."""
        call = self.call("600", sip.sdp(ports.any_port("udp", self.host), host=self.host))
        ok = self.wait(lambda m: m.status >= 200)
        assert ok.status == 200 and ";transport=%s>" % self.transport in ok.get("Contact"), ok.headers
        call.remote, call.target = ok.get("To"), re.search("<(.*)>", ok.get("Contact")).group(1)
        call.request("ACK", seq=call.seq)
        return call

    def cleared(self, call):
        call.request("BYE")
        assert self.wait(lambda m: m.cseq[1] == "BYE").status == 200
