"""Free ports, and who holds one that is not."""
import os
import socket

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
    """A port that the kernel says is free now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, _KINDS[proto]) as s:
        s.bind((host, 0))
        return s.getsockname()[1]


def block(n, proto="udp", host="127.0.0.1", start=None):
    """The first of n consecutive free ports; even, as RTP wants it."""
    first = start or 10240 + (os.getpid() * 331 + block.calls * 977) % 20000
    block.calls += 1
    first += first % 2
    while first + n < 32768:  # above begins what the kernel gives away itself
        taken = [p for p in range(first, first + n) if not is_free(p, proto, host)]
        if not taken:
            return first
        first = taken[-1] + 1
        first += first % 2
    return block(n, proto, host, 10240)


block.calls = 0


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
