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
    """A free port; not one that the kernel may give to a connection before it is bound."""
    return block(1, proto, host)


def both(host="127.0.0.1"):
    """A port for UDP and TCP, as SIP has it; not one that the kernel gives to connections."""
    for _ in range(100):
        port = block(2, "udp", host)
        if is_free(port, "tcp", host):
            return port
    raise RuntimeError("no port of %s is free for UDP and TCP" % host)


_FIRST, _LAST, _REGION = 10240, 32768, 2048  # above begins what the kernel gives away itself
_claim = []  # the socket that stands for this process's region, and where that begins


def _region():
    """Ports that no other process takes blocks from: tests run side by side, and a gateway binds its ports late."""
    regions = range(_FIRST, _LAST, _REGION)
    for i in range(len(regions)):
        begin = regions[(os.getpid() + i) % len(regions)]
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind("\0crosspoint-ports-%d" % begin)
        except OSError:
            claim.close()
            continue
        return claim, begin
    raise RuntimeError("too many tests side by side: no ports are left")


def block(n, proto="udp", host="127.0.0.1"):
    """The first of n consecutive free ports; even, as RTP wants it. Each call goes on behind the last, and round."""
    if not _claim:
        _claim.extend(_region())
    begin = _claim[1]
    for _ in range(2 * _REGION // n):
        first = begin + block.next
        block.next = block.next + n + n % 2 if block.next + 2 * n < _REGION else 0
        if all(is_free(p, proto, host) for p in range(first, first + n)):
            return first
    raise RuntimeError("no %d free ports from %d on" % (n, begin))


block.next = 0


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
