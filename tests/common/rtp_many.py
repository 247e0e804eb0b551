"""Many RTP parties in one thread: each says silence every 20 ms and looks for gaps in what it hears."""
import select
import socket
import struct
import threading
import time

from common import g711, ports

FRAME = 160


class Party:
    def __init__(self, host="127.0.0.1"):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.port = ports.block(2, host=host)
        self.sock.bind((host, self.port))
        self.remote, self.seq, self.last = None, 0, None
        self.heard = self.missing = self.sent = 0

    def hear(self):
        while True:
            try:
                data, self.remote = self.sock.recvfrom(2048)
            except BlockingIOError:
                return
            seq = struct.unpack_from("!H", data, 2)[0]
            if self.last is not None:
                self.missing += (seq - self.last - 1) & 0xffff
            self.last, self.heard = seq, self.heard + 1

    def say(self):
        if self.remote:
            head = struct.pack("!BBHII", 0x80, 8, self.seq, self.seq * FRAME & 0xffffffff, self.port)
            self.sock.sendto(head + bytes([g711.SILENCE[8]]) * FRAME, self.remote)
            self.seq, self.sent = self.seq + 1 & 0xffff, self.sent + 1


class Parties:
    def __init__(self, n):
        self.all = [Party() for _ in range(n)]
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join(2)
        for party in self.all:
            party.sock.close()

    def _run(self):
        due, poll = time.monotonic(), select.poll()
        of = {p.sock.fileno(): p for p in self.all}
        for fd in of:
            poll.register(fd, select.POLLIN)
        while not self.ending.is_set():
            for fd, _ in poll.poll(max(0, (due - time.monotonic()) * 1000)):
                of[fd].hear()
            if time.monotonic() >= due:
                due += 0.02
                for party in self.all:
                    party.say()
