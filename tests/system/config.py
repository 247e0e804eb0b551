"""The configuration that the system tests run on: the demonstration's, with more ends, on free ports."""
from common import ports


class Ports:
    """Of one gateway and its peers; nobody else's as long as this lives."""

    def __init__(self, media=200):
        """media: how many ports; two a call."""
        media += media % 2
        self.claim = ports.Claim(media + 6)
        self.media = self.claim.first
        self.sip = self.media + media
        self.cli, self.phone, self.dead, self.strict = range(self.sip + 2, self.sip + 6)


# 68x goes over the line and back to the phones. phones: trusted; dead: nobody is there; strict: not trusted, mu-law
# alone. A trunk of thirty channels to an exchange; one with a single channel ("narrow"), whose both ends would take the
# same one; one of mu-law ("mu"), which lets all in-band sound through. T301 is short at one end of a line alone, so
# that who gives up is known: ours to the exchange (pstn), the exchange's in far-narrow. No echo is cancelled: the cables
# have none, and the echo line is there to be heard.
_HEAD = """\
cli
 listen 127.0.0.1 {p.cli}
media
 ports {p.media} {last}
 jitter {jitter}
span e1-1
 driver virtual
 far-end e1-2
 type e1
 law alaw
span e1-2
 driver virtual
 far-end e1-1
 type e1
 law alaw
span e1-3
 driver virtual
 far-end e1-4
 type e1
 law alaw
span e1-4
 driver virtual
 far-end e1-3
 type e1
 law alaw
span e1-5
 driver virtual
 far-end e1-6
 type e1
 law mulaw
span e1-6
 driver virtual
 far-end e1-5
 type e1
 law mulaw
trunk pstn
 protocol isdn
 span e1-1
 d-channel 16
 channels 1-15,17-31
 side user
 hunt ascending
 echo off
 timer t301 5
trunk exchange
 protocol isdn
 span e1-2
 d-channel 16
 channels 1-15,17-31
 side network
 hunt descending
 echo off
trunk narrow
 protocol isdn
 span e1-3
 d-channel 16
 channels 1
 side user
 hunt ascending
 echo off
 timer t309 2
trunk far-narrow
 protocol isdn
 span e1-4
 d-channel 16
 channels 1
 side network
 hunt ascending
 echo off
 timer t301 5
 timer t309 2
trunk mu
 protocol isdn
 span e1-5
 d-channel 16
 channels 1-4
 side user
 hunt ascending
 echo off
 inband always
trunk far-mu
 protocol isdn
 span e1-6
 d-channel 16
 channels 1-4
 side network
 hunt descending
 echo off
sip
 listen {host} {p.sip}
 timer-b 4000
peer phones
 address {host}
 port {p.phone}
 trusted
 codecs pcma pcmu
"""

_OTHER_PEERS = """\
peer dead
 address 127.0.0.2
 port {p.dead}
 codecs pcma
peer strict
 address 127.0.0.3
 port {p.strict}
 codecs pcmu
"""

LINES = {
    "600": ("echo", "echo"), "601": ("milliwatt", "tone milliwatt"), "602": ("quiet", "quiet"),
    "603": ("busy", "reject 17 tone busy"), "604": ("no-circuit", "reject 34"), "605": ("unanswered", "ring"),
    "606": ("unallocated", "reject 1"), "607": ("clearing", "clear 16 after 1000"), "608": ("digits", "readback"),
    "609": ("announcement", "reject 1 tone sit after 1500"), "610": ("refusing", "reject 21"),
    "611": ("congested", "reject 42"), "612": ("odd-cause", "reject 122"), "613": ("slow", "echo\n answer-after 400"),
    "614": ("busy-tone", "reject 17 tone busy after 3000"),
}

_ROUTES = (("out", "peer phones", "6", "trunk pstn"), ("narrow-out", "peer phones", "7", "trunk narrow"),
           ("in", "trunk pstn", "2", "peer phones"), ("narrow-in", "trunk narrow", "2", "peer phones"),
           ("far", "trunk far-narrow", "7", "line echo"), ("back", "trunk exchange", "68", "peer phones"),
           ("mu-out", "peer phones", "5", "trunk mu"), ("mu-echo", "trunk far-mu", "500", "line echo"),
           ("mu-milliwatt", "trunk far-mu", "501", "line milliwatt"), ("mu-busy", "trunk far-mu", "503", "line busy-tone"))
_OTHER_ROUTES = (("out-strict", "peer strict", "6", "trunk pstn"), ("in-dead", "trunk pstn", "3", "peer dead"),
                 ("in-strict", "trunk pstn", "4", "peer strict"))


def _route(name, source, called, to):
    return "route %s\n from %s\n called %s\n to %s\n" % (name, source, called, to)


def text(p, host="127.0.0.1", jitter="fixed 40", media=200, extra=""):
    """media: how many ports, two a call; extra: sections besides."""
    fields = {"p": p, "host": host, "jitter": jitter, "last": p.media + media - 1}
    parts = [_HEAD.format(**fields)]
    routes = _ROUTES
    if host == "127.0.0.1":
        parts.append(_OTHER_PEERS.format(**fields))
        routes += _OTHER_ROUTES
    for number, (name, kind) in LINES.items():
        parts.append("line %s\n %s\n" % (name, kind))
        parts.append(_route(number, "trunk exchange", "exact " + number, "line " + name))
    parts += [_route(*r) for r in routes]
    return "".join(parts) + extra
