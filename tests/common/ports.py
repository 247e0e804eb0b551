"""Free ports, and who holds one that is not."""
import gc
import os
import socket
import time

_KINDS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}


def is_free(port, proto, host="127.0.0.1"):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, _KINDS[proto]) as s:
        if proto == "tcp":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((host, port))
        except OSError:
            return False
    return True


def any_port(proto, host="127.0.0.1"):
    """A free port; not one that the kernel may give to a connection before it is bound."""
    return block(1, proto, host)


def both(host="127.0.0.1"):
    """A port for UDP and TCP, as SIP has it; not one that the kernel gives to connections."""
    for _ in range(100):
        port = block(2, "udp", host)
        if is_free(port, "tcp", host):
            return port
    raise RuntimeError("no port of %s is free for UDP and TCP" % host)


_FIRST, _LAST, _PAGE = 10240, 32768, 256  # above begins what the kernel gives away itself
_SMALL = 2 * _PAGE  # where a process's small blocks are
_PATIENCE_S = 60  # until others give theirs back


def _hold(first, pages):
    """Sockets that stand for these pages, as long as they are open; None: another process has one of them."""
    held = []
    for i in range(pages):
        held.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        try:
            held[i].bind("\0crosspoint-ports-%d" % (first + i * _PAGE))
        except OSError:
            for one in held:
                one.close()
            return None
    return held


class Claim:
    """first and the n - 1 ports behind it, free and nobody else's as long as this lives: tests run side by side, and a
    gateway binds its media ports late."""

    def __init__(self, n):
        self.pages = -(-n // _PAGE)
        deadline = time.monotonic() + 600  # others end, and give theirs back
        while not self._take():
            gc.collect()  # claims of tests that are over
            if time.monotonic() > deadline:
                raise RuntimeError("too many tests side by side: no %d ports are left" % n)
            time.sleep(0.2)

    def _take(self):
        starts = range(_FIRST, _LAST - self.pages * _PAGE + 1, _PAGE)
        for i in range(len(starts)):
            self.first = starts[(7 * os.getpid() + i) % len(starts)]
            self.held = _hold(self.first, self.pages)
            if self.held and all(is_free(p, proto) for p in range(self.first, self.first + self.pages * _PAGE) for proto in _KINDS):
                return True
            self.close()
        return False

    def close(self):
        for one in self.held or ():
            one.close()
        self.held = None

    def __del__(self):
        self.close()


_small = []  # this process's claim for small blocks


def block(n, proto="udp", host="127.0.0.1"):
    """The first of n consecutive free ports; even, as RTP wants it. Each call goes on behind the last, and round: they are
    to be bound soon. While none is free, one is waited for. Many, and for long, are a Claim."""
    assert n <= _SMALL, "%d ports are to be a Claim" % n
    if not _small:
        _small.append(Claim(_SMALL))
    begin, deadline = _small[0].first, time.monotonic() + _PATIENCE_S
    while True:
        for _ in range(2 * _SMALL // n):
            if block.next + n > _SMALL:
                block.next = 0
            first = begin + block.next
            block.next += n + n % 2
            if all(is_free(p, proto, host) for p in range(first, first + n)):
                return first
        if time.monotonic() > deadline:
            raise RuntimeError("no %d free ports from %d on" % (n, begin))
        gc.collect()  # sockets of tests that are over
        time.sleep(0.2)


block.next = 0


def is_read(port):
    """Has whoever holds that UDP port taken all that came?"""
    with open("/proc/net/udp", encoding="ascii") as f:
        rows = [line.split() for line in f if ":%04X " % port in line]
    return rows and all(row[4].endswith(":00000000") for row in rows)


def _inodes(port, proto):
    """Inodes of the sockets bound to the port, from /proc/net."""
    found = set()
    for table in (proto, proto + "6"):
        try:
            with open("/proc/net/" + table, encoding="ascii") as f:
                rows = [line.split() for line in f][1:]
        except OSError:
            continue
        for row in rows:
            listening = proto == "udp" or row[3] == "0A"
            if listening and int(row[1].rsplit(":", 1)[1], 16) == port:
                found.add("socket:[%s]" % row[9])
    return found


def holder(port, proto):
    """"asterisk (process 812)", as far as we may look."""
    inodes = _inodes(port, proto)
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            fds = os.listdir("/proc/%s/fd" % pid)
        except OSError:
            continue
        for fd in fds:
            try:
                if os.readlink("/proc/%s/fd/%s" % (pid, fd)) not in inodes:
                    continue
                with open("/proc/%s/comm" % pid, encoding="utf-8") as f:
                    return "%s (process %s)" % (f.read().strip(), pid)
            except OSError:
                continue
    return "a process of another user" if inodes else "a process that cannot be seen from here"
