"""SIP messages of every kind, and what can be wrong with them: a mutator that knows the grammar. Everything comes of
the random generator that it is given, so that a run can be had again.

No message names a host that is not of this machine, so that nothing the gateway does of it leaves the machine."""
import re

METHODS = ("INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "REFER", "NOTIFY", "REGISTER", "OPTIONS",
           "MESSAGE", "SUBSCRIBE", "PUBLISH")

NUMBERS = ("0", "-1", "1", "69", "65536", "2147483647", "2147483648", "4294967295", "4294967296",
           "36893488147419103232", "9" * 60, "0x10", "1e9", "+5", "00000000000000000001", "1.5", "")
ODD = ("", " ", "\t", '"', "\\", '\\"', "%", "%00", "%zz", "%2525", "<", ">", "<>", ";", ";;", ",", ",,", "=", "@", ":", "[",
       "]", "[::1]", "[::", "::1", "*", "(", "(a(b)c)", "\0", "\x01", "\x7f", "\udcff", "\udcc3(", "\u00e9", "\u200b", "A" * 300,
       "b" * 5000, "sip:", "sips:", "tel:", "tel:+", "urn:service:sos", "mailto:a@b", "http://127.0.0.1/", "data:,x",
       "sip:@127.0.0.1", "sip:a@", "sip:a@127.0.0.1:99999", "sip:a@127.0.0.1;", "sip:a@127.0.0.1?", "sip:%@127.0.0.1",
       "sip:a@127.0.0.1;maddr=127.0.0.1;ttl=256;lr=x;transport=sctp", "sip:600;tgrp=pstn;trunk-context=a@127.0.0.1",
       "z9hG4bK", "\r\n ", "\r\n\t", "\n", "\r", "\r\n", "\r\n\r\n", "%s%n%d", "../../x", "'; drop table x; --", "NULL", "true")
HEADERS = (
    ("Supported", "100rel, timer, replaces, norefersub"), ("Require", "100rel"), ("Session-Expires", "90;refresher=uas"),
    ("Min-SE", "90"), ("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, REFER, INFO"), ("Accept", "application/sdp"),
    ("P-Asserted-Identity", '"Cullen" <sip:+4930123456@127.0.0.1;user=phone>, <tel:+4930123456>'),
    ("P-Preferred-Identity", "<sip:100@127.0.0.1>"), ("Privacy", "id;header;user;critical"),
    ("Remote-Party-ID", '"x" <sip:100@127.0.0.1>;party=calling;screen=yes;privacy=full'),
    ("Diversion", '<sip:+4930555@127.0.0.1>;reason=unconditional;counter=2;privacy=off, <tel:555>;reason="no-answer"'),
    ("History-Info", "<sip:200@127.0.0.1?Reason=SIP%3Bcause%3D302>;index=1, <sip:300@127.0.0.1>;index=1.1;mp=1"),
    ("Reason", 'Q.850;cause=16;text="Normal", SIP;cause=200'), ("User-to-User", "04c81031313131;encoding=hex"),
    ("Replaces", "12345@127.0.0.1;to-tag=1;from-tag=2;early-only"), ("Refer-To", "<sip:600@127.0.0.1?Replaces=1%3Bto-tag%3D2>"),
    ("Referred-By", "<sip:100@127.0.0.1>;cid=1"), ("Event", "refer;id=1"), ("Subscription-State", "active;expires=60"),
    ("RAck", "1 1 INVITE"), ("RSeq", "1"), ("Expires", "60"), ("Date", "Sat, 13 Nov 2010 23:29:00 GMT"),
    ("Route", "<sip:127.0.0.1;lr>"), ("Record-Route", "<sip:127.0.0.1;lr>, <sip:127.0.0.1:5062;lr>"),
    ("Authorization", 'Digest username="a", realm="b", nonce="c", uri="sip:127.0.0.1", response="0", qop=auth, nc=00000001'),
    ("Proxy-Authorization", 'Digest username="a", realm="b", nonce="c", uri="sip:x", response="0", algorithm=SHA-256'),
    ("WWW-Authenticate", 'Digest realm="b", nonce="c", qop="auth,auth-int", algorithm=MD5, stale=TRUE'),
    ("Proxy-Authenticate", 'Digest realm="b", nonce="c"'), ("Retry-After", "5 (busy);duration=3"),
    ("Warning", '399 here "x"'), ("Unsupported", "a"), ("Path", "<sip:127.0.0.1;lr>"), ("Service-Route", "<sip:127.0.0.1;lr>"),
    ("Max-Breadth", "60"), ("Timestamp", "54.3 0.1"), ("Subject", "x"), ("User-Agent", "y"), ("Alert-Info", "<http://x.invalid>"),
    ("Content-Encoding", "gzip"), ("Content-Disposition", "session;handling=optional"), ("MIME-Version", "1.0"),
    ("P-Early-Media", "sendrecv"), ("Geolocation", "<cid:x@127.0.0.1>"), ("Identity", "a.b.c;info=<x>"), ("Join", "1;to-tag=2"))
COMPACT = {"Via": "v", "From": "f", "To": "t", "Call-ID": "i", "Contact": "m", "Content-Type": "c", "Content-Length": "l",
           "Supported": "k", "Event": "o", "Refer-To": "r", "Referred-By": "b", "Session-Expires": "x", "Subject": "s",
           "Content-Encoding": "e", "Allow-Events": "u"}
SDP = ("v=0", "o=- 7 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 40000 RTP/AVP 8 0 101 96",
       "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=rtpmap:96 opus/48000/2", "a=ptime:20",
       "a=maxptime:60", "a=rtcp:40001 IN IP4 127.0.0.1", "a=rtcp-mux", "a=sendrecv",
       "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:4",
       "a=fingerprint:sha-256 AA:BB:CC", "a=setup:actpass", "a=ice-ufrag:x", "a=candidate:1 1 UDP 1 127.0.0.1 40000 typ host",
       "b=AS:64", "m=video 40002 RTP/AVPF 97", "a=rtpmap:97 H264/90000", "m=image 40004 udptl t38", "a=T38FaxVersion:0",
       "a=group:BUNDLE 1 2", "a=mid:1", "k=clear:x", "z=0 0", "i=x", "u=x", "e=x", "r=7d 1h 0 25h")
MULTIPART = ("--b1", "Content-Type: application/sdp", "", "%s", "--b1",
             "Content-Type: application/ISUP;version=itu-t92+;base=itu-t92+", "Content-Disposition: signal;handling=optional",
             "", "\x01\x10\x49\x00\x0a\x03\x02", "--b1--", "")


class Message:
    """First line, headers and body, as far as they are still apart."""

    def __init__(self, first, headers, body=""):
        self.first, self.headers, self.body = first, [list(h) for h in headers], body

    def value(self, name):
        return next((v for n, v in self.headers if n == name), "")

    def set(self, name, value):
        self.headers = [h for h in self.headers if h[0] != name] + [[name, value]]

    def octets(self, length=None):
        """length: of the body, where it is not to be told truly."""
        body = self.body.encode("utf-8", "surrogateescape")
        lines = [self.first] + ["%s: %s" % (n, v) for n, v in self.headers]
        lines += ["Content-Length: %s" % (len(body) if length is None else length), "", ""]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + body


def add_body(rng, message, method):
    """What a message of that method carries."""
    lines = [line for i, line in enumerate(SDP) if i < 7 or rng.random() < 0.15]
    sdp = "\r\n".join(lines) + "\r\n"
    kind = rng.random()
    if method in ("INVITE", "UPDATE", "ACK", "PRACK", "response"):
        if kind < 0.1:
            return
        if kind < 0.25:
            message.headers.append(["Content-Type", "multipart/mixed;boundary=b1"])
            message.body = "\r\n".join(MULTIPART) % sdp
        else:
            message.headers.append(["Content-Type", "application/sdp"])
            message.body = sdp
    elif method == "INFO":
        message.headers.append(["Content-Type", rng.choice(("application/dtmf-relay", "application/dtmf"))])
        message.body = rng.choice(("Signal=5\r\nDuration=160\r\n", "Signal= *\r\nDuration= 100", "11", "#"))
    elif method == "NOTIFY":
        message.headers += [["Event", "refer"], ["Subscription-State", "active;expires=60"],
                            ["Content-Type", "message/sipfrag;version=2.0"]]
        message.body = "SIP/2.0 100 Trying\r\n"
    elif method == "MESSAGE":
        message.headers.append(["Content-Type", "text/plain"])
        message.body = "hello"
    elif method == "REFER":
        message.headers += [["Refer-To", "<sip:601@127.0.0.1>"], ["Referred-By", "<sip:100@127.0.0.1>"]]
    elif method == "SUBSCRIBE":
        message.headers += [["Event", rng.choice(("refer", "dialog", "presence", "message-summary"))], ["Expires", "60"]]
    elif method == "REGISTER":
        message.headers += [["Expires", "60"], ["Authorization", dict(HEADERS)["Authorization"]]]
    if method == "PRACK":
        message.headers.append(["RAck", "1 1 INVITE"])


def enrich(rng, message):
    """Some more headers, each as it should be."""
    for _ in range(rng.choice((0, 1, 2, 6))):
        message.headers.append(list(rng.choice(HEADERS)))


def _pick_span(rng, text):
    """Begin and end of something within the text that the grammar tells apart."""
    spans = [m.span() for m in re.finditer(r"[A-Za-z0-9_.+-]+|[^A-Za-z0-9_.+-]", text)]
    return rng.choice(spans) if spans else (0, 0)


def _value(rng, text):
    """One thing wrong in a value."""
    begin, end = _pick_span(rng, text)
    numbers = [m.span() for m in re.finditer(r"\d+", text)]
    kind = rng.randrange(9)
    if kind == 0 and numbers:
        begin, end = rng.choice(numbers)
        return text[:begin] + rng.choice(NUMBERS) + text[end:]
    if kind == 1:
        return text[:begin] + rng.choice(ODD) + text[end:]
    if kind == 2:
        return text[:end] + rng.choice(ODD) + text[end:]
    if kind == 3:
        return text[:begin] + text[end:]
    if kind == 4:
        return text + rng.choice((";", ";x", ";tag=other", ";=", ";x=\"", ";branch=z9hG4bK1", ";lr", ";expires=-1", ", " + text))
    if kind == 5:
        return text[:begin] + text[begin:end] * rng.choice((2, 3, 200)) + text[end:]
    if kind == 6:
        return text[:begin] + "\r\n" + rng.choice((" ", "\t", "")) + text[begin:]
    if kind == 7:
        return rng.choice(ODD)
    return text[:begin] + text[begin:end].swapcase() + text[end:]


def _headers(rng, message):
    """One thing wrong with the header lines."""
    i = rng.randrange(len(message.headers))
    name, value = message.headers[i]
    kind = rng.randrange(8)
    if kind == 0:
        del message.headers[i]
    elif kind == 1:
        message.headers.insert(rng.randrange(len(message.headers)), [name, _value(rng, value) if rng.random() < 0.5 else value])
    elif kind == 2:
        message.headers[i][0] = COMPACT.get(name, name.upper())
    elif kind == 3:
        rng.shuffle(message.headers)
    elif kind == 4:
        message.headers[i][0] = _value(rng, name)
    elif kind == 5:
        message.headers[i:i] = [[name, value] for _ in range(rng.choice((2, 70)))]
    elif kind == 6:
        message.headers.append([rng.choice(HEADERS)[0], rng.choice(ODD)])
    else:
        message.headers[i][1] = _value(rng, value)


def _body(rng, message):
    """One thing wrong in the body."""
    lines = message.body.split("\r\n")
    i = rng.randrange(len(lines))
    kind = rng.randrange(6)
    if kind == 0:
        del lines[i]
    elif kind == 1:
        lines[i:i] = [lines[i]] * rng.choice((1, 2, 500))
    elif kind == 2:
        lines[i] = _value(rng, lines[i])
    elif kind == 3:
        lines.insert(i, rng.choice(SDP))
    elif kind == 4:
        rng.shuffle(lines)
    else:
        lines[i] = lines[i][:2] + rng.choice(ODD)
    message.body = rng.choice(("\r\n", "\r\n", "\r\n", "\n", "\r")).join(lines)


def _octets(rng, data):
    """One thing wrong on the wire."""
    at = rng.randrange(len(data) + 1)
    kind = rng.randrange(6)
    if kind == 0:
        return data[:at]
    if kind == 1 and data:
        at = min(at, len(data) - 1)
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]
    if kind == 2:
        return data[:at] + bytes(rng.randrange(256) for _ in range(rng.choice((1, 4, 40)))) + data[at:]
    if kind == 3:
        return data.replace(b"\r\n", rng.choice((b"\n", b"\r", b"\r\r\n", b"\n\r")), rng.choice((1, 3, -1)))
    if kind == 4:
        return data + data
    return data[:at] + data[at + rng.choice((1, 2, 20)):]


def _keep_home(data):
    """No address that is not of this machine."""
    data = re.sub(rb"\b(?!127\.|0\.0\.0\.0)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", b"127.0.0.1", data)
    return re.sub(rb"(?i)\bIP6 (?!::1\b)[0-9a-f:]+", b"IP6 ::1", data)


def mutate(rng, message):
    """The octets of the message with one to three things wrong."""
    length = None
    data = None
    for _ in range(rng.choice((1, 1, 1, 3))):
        kind = rng.random()
        if data is not None or kind < 0.12:
            data = _octets(rng, message.octets(length) if data is None else data)
        elif kind < 0.2:
            message.first = _value(rng, message.first)
        elif kind < 0.26:
            length = rng.choice(NUMBERS + (str(max(0, len(message.body) - 3)), str(len(message.body) + 7)))
        elif kind < 0.5 and message.body:
            _body(rng, message)
        elif kind < 0.75:
            _headers(rng, message)
        else:
            i = rng.randrange(len(message.headers))
            message.headers[i][1] = _value(rng, message.headers[i][1])
    return _keep_home(message.octets(length) if data is None else data)[:65000]
