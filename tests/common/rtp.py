"""An RTP party of the tests' own: sends 20 ms of G.711 at a time, keeps all that arrives, with its moment."""
import math
import random
import socket
import struct
import threading
import time

from common import g711, ports, sound

FRAME = 160
LATE_S = 0.03  # between two packets of 20 ms
EVENTS = "0123456789*#ABCD"  # RFC 4733 3.2


class Rtp:
    def __init__(self, pt=8, host="127.0.0.1", event_pt=101):
        self.pt, self.event_pt, self.host = pt, event_pt, host
        self.sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self.port = ports.block(2, host=host)
        self.sock.bind((host, self.port))
        self.sock.settimeout(0.005)
        self.remote, self.learn = None, True
        self.seq, self.ts, self.ssrc = random.getrandbits(16), random.getrandbits(32), random.getrandbits(32)
        self.say, self.again, self.keys, self.packets, self.sent = b"", b"", [], [], []
        self.ending, self.mute, self.lose = threading.Event(), False, 0
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def close(self):
        self.ending.set()
        self.thread.join(2)
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self):
        due = time.monotonic()
        while not self.ending.is_set():
            self._receive()
            if time.monotonic() >= due:
                due += 0.02
                self._send_frame()

    def _receive(self):
        try:
            data, source = self.sock.recvfrom(2048)
        except (socket.timeout, OSError):
            return
        if len(data) < 12 or data[0] >> 6 != 2:
            return
        if self.learn:
            self.remote = source
        _, mpt, seq, ts, ssrc = struct.unpack("!BBHII", data[:12])
        self.packets.append((time.monotonic(), mpt & 0x7f, bool(mpt & 0x80), seq, ts, ssrc, data[12:]))

    def _send_frame(self):
        key = self.keys.pop(0) if self.keys else None
        if self.remote and not self.mute:
            if key:
                payload, marker, since = key
                self._packet(self.event_pt, payload, marker, self.ts - since * FRAME)
            else:
                self.say = self.say or self.again
                frame, self.say = self.say[:FRAME], self.say[FRAME:]
                self._packet(self.pt, frame.ljust(FRAME, bytes([g711.SILENCE[self.pt]])), False, self.ts)
        self.ts = self.ts + FRAME & 0xffffffff

    def _packet(self, pt, payload, marker, ts):
        head = struct.pack("!BBHII", 0x80, pt | (0x80 if marker else 0), self.seq, ts & 0xffffffff, self.ssrc)
        if not self.lose or self.seq % self.lose:  # each packet whose number this divides is lost
            self.sock.sendto(head + payload, self.remote)
        self.sent.append((time.monotonic(), payload))
        self.seq = self.seq + 1 & 0xffff

    def press(self, digits, on_ms=100, off_ms=100):
        """RFC 4733 events: 20 ms packets with growing duration, the end three times, then silence between."""
        for digit in digits:
            frames = on_ms // 20
            for i in range(1, frames + 3):
                head = struct.pack("!BBH", EVENTS.index(digit), (0x80 if i >= frames else 0) | 10, min(i, frames) * FRAME)
                self.keys.append((head, i == 1, i - 1))
            self.keys += [None] * (off_ms // 20)

    def speak(self, octets):
        self.again, self.say = b"", octets

    def _sine(self, hz, seconds, level_dbm0):
        peak = 32768 * 10 ** ((level_dbm0 - 3.14) / 20)
        return g711.encode([peak * math.sin(2 * math.pi * hz * i / 8000) for i in range(int(8000 * seconds))], self.pt)

    def tone(self, hz, seconds, level_dbm0=-10.0):
        self.speak(self._sine(hz, seconds, level_dbm0))

    def hum(self, hz, level_dbm0=-10.0):
        """A tone without an end: a second of it, again and again."""
        self.again = self.say = self._sine(hz, 1, level_dbm0)

    def mark(self):
        """What was heard before is forgotten."""
        self.packets = []

    def octets(self):
        return b"".join(p[6] for p in sorted(self._unique(), key=lambda p: p[4]) if p[1] == self.pt)

    def _unique(self):
        return {(p[3], p[4]): p for p in list(self.packets)}.values()

    def samples(self):
        return g711.decode(self.octets(), self.pt)

    def listen(self, seconds):
        """The sound of the next seconds."""
        self.mark()
        time.sleep(seconds)
        return self.samples()

    def measured(self, listen, good, timeout=60):
        """What listen() returned, once good() accepts it. A busy machine sends and hears packets late, and then nothing
        can be said of the sound: it is measured again. Thrice wrong with all packets in time is wrong."""
        deadline, wrong = time.monotonic() + timeout, 0
        while True:
            begin = time.monotonic()
            heard = listen()
            if good(heard):
                return heard
            wrong += self._in_time(begin)
            assert wrong < 3 and time.monotonic() < deadline, "wrong %d times with all packets in time: %.200r" % (wrong, heard)

    def _in_time(self, since):
        """Has every packet since then come, and gone, when it should?"""
        streams = [[p[0] for p in list(kept) if p[0] >= since] for kept in (self.packets, self.sent)]
        return all(b - a < LATE_S for times in streams for a, b in zip(times, times[1:]))

    def hears_itself(self):
        """An echo line is at the other end."""
        def listen():
            self.tone(700, 1.5)
            time.sleep(0.5)
            return self.listen(0.5)
        return bool(self.measured(listen, lambda heard: abs(sound.frequency(heard) - 700) < 10))

    def digits(self):
        """Events heard, each once (RFC 4733 2.5.1.4: same timestamp, same event)."""
        seen = {}
        for p in sorted(self._unique(), key=lambda p: p[0]):
            if p[1] == self.event_pt and len(p[6]) >= 4:
                seen.setdefault(p[4], EVENTS[p[6][0] & 15])
        return "".join(seen.values())
