"""A capture server that reads HEP 3: a head of "HEP3" and the length of all, then chunks of vendor, type, length, value."""
import socket
import struct

NAMES = {1: "family", 2: "protocol", 3: "from", 4: "to", 5: "from", 6: "to", 7: "from_port", 8: "to_port", 9: "seconds", 10: "microseconds",
         11: "type", 12: "agent", 15: "payload", 17: "correlation"}
NUMBERS = ("family", "protocol", "from_port", "to_port", "seconds", "microseconds", "type", "agent")
FAMILIES = {2: socket.AF_INET, 10: socket.AF_INET6}


def decode(packet):
    magic, length = struct.unpack("!4sH", packet[:6])
    assert magic == b"HEP3" and length == len(packet), packet[:6]
    at, found = 6, {}
    while at < length:
        vendor, kind, size = struct.unpack("!HHH", packet[at:at + 6])
        assert vendor == 0 and size >= 6 and at + size <= length
        assert NAMES[kind] not in found, "chunk %d is there twice" % kind
        value = packet[at + 6:at + size]
        found[NAMES[kind]] = int.from_bytes(value, "big") if NAMES[kind] in NUMBERS else value
        at += size
    for end in ("from", "to"):
        found[end] = socket.inet_ntop(FAMILIES[found["family"]], found[end])
    return found


class Server:
    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.settimeout(0.5)
        self.port = self.sock.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def read(self):
        """All that has come by now."""
        found = []
        try:
            while True:
                found.append(decode(self.sock.recv(65536)))
        except socket.timeout:
            return found
