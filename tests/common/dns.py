"""A DNS server of a few lines: answers what a test put in, over UDP."""
import socket
import struct
import threading

from common import ports

A, NAPTR, SRV, AAAA = 1, 35, 33, 28


def _name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".") if label) + b"\0"


def _text(text):
    return bytes([len(text)]) + text.encode()


def a(address):
    return A, socket.inet_aton(address)


def aaaa(address):
    return AAAA, socket.inet_pton(socket.AF_INET6, address)


def srv(priority, weight, port, target):
    return SRV, struct.pack("!HHH", priority, weight, port) + _name(target)


def naptr(order, preference, service, replacement, flags="s", regexp=""):
    return NAPTR, (struct.pack("!HH", order, preference) + _text(flags) + _text(service) + _text(regexp) +
                   _name(replacement))


class Dns:
    """records: {name: [a(...), srv(...) ...]}; may be changed while it runs."""

    def __init__(self, records, ttl=60):
        self.records, self.ttl, self.asked = records, ttl, []
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port = ports.both()
        self.sock.bind(("127.0.0.1", self.port))
        threading.Thread(target=self._run, daemon=True).start()

    def close(self):
        self.sock.close()

    def _run(self):
        while True:
            try:
                query, source = self.sock.recvfrom(2048)
            except OSError:
                return
            try:
                self.sock.sendto(self._answer(query), source)
            except OSError:
                return

    def _answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind, = struct.unpack("!H", query[at + 1:at + 3])
        name = ".".join(labels)
        self.asked.append((name, kind))
        found = [data for k, data in self.records.get(name, []) if k == kind]
        code = 0 if name in self.records else 3
        head = query[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, len(found), 0, 0)
        answers = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, self.ttl, len(d)) + d for d in found)
        return head + query[12:at + 5] + answers
