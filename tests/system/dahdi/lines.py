"""Configurations of the gateway on dynamic spans. Pair N of E1s or T1s: span and trunk uN, user side, at one end of the
cable, nN, network side, at the other. The network's ends have the test lines.

A span that stands alone, p, has an independent peer (peer.c) at the other end of its cable. Calls that are made as soon as
a D channel is up would be cleared by RESTART (Q.931 5.5), so trunks send none unless told."""
TYPES = {
    "e1": {"d": 16, "channels": "1-15,17-31", "n": 30, "variant": "euroisdn"},
    "t1": {"d": 24, "channels": "1-23", "n": 23, "variant": "ni2"},
}

_HEAD = """\
cli
 listen 127.0.0.1 4262
media
 ports 20000 20999
sip
 listen 127.0.0.1 5060
line echo
 echo
line quiet
 quiet
line milliwatt
 tone milliwatt
"""


def _end(name, kind, address, side, restart):
    t = TYPES[kind]
    return f"""\
span {name}
 driver dahdi
 dahdi dynamic loc {address}
 type {kind}
trunk {name}
 protocol isdn
 span {name}
 d-channel {t["d"]}
 channels {t["channels"]}
 side {side}
 variant {t["variant"]}
 hunt {"ascending" if side == "user" else "descending"}
 echo off
 {"" if restart else "no "}restart
"""


def _lines_behind(trunk):
    text = ""
    for number, line in (("600", "echo"), ("601", "milliwatt"), ("602", "quiet")):
        text += f"route {trunk}-{number}\n from trunk {trunk}\n called exact {number}\n to line {line}\n"
    return text


def pair(i, kind="e1"):
    return (_end(f"u{i}", kind, f"{i}:0", "user", False) + _end(f"n{i}", kind, f"{i}:1", "network", False)
            + _lines_behind(f"n{i}"))


def alone(side, kind="e1", restart=False):
    return _end("p", kind, "f:0", side, restart) + _lines_behind("p")


def text(*parts):
    return _HEAD + "".join(parts)
