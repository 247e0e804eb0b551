"""Every option that there is, changed by commit under calls: none suffers, and the commit says when the change holds. What
there is, `show options` tells; how each is said, the file that must say them all (tests/data/fuzz/config/everything)."""
import os
import re
import socket

import pytest
from common import pki, ports
from common.gateway import ROOT, wait_for
from common.rtp_many import Parties
from common.sip import sdp
from test_commit import dial, edit, sixty, trunk

EVERYTHING = os.path.join(ROOT, "tests", "data", "fuzz", "config", "everything")
WORDS_A_COMMIT = 10  # it names twelve of a class
IDLE = "once the trunk has no calls"
# Only for cards of some kinds; tests/system/dahdi has them. And this program is made without SNMP; test_snmp has it.
CARDS = {("span", "dahdi port <1-128> location .TEXT"), ("span", "dahdi dynamic LINK ADDRESS")}

# What else has to be there for the lines to be right, besides what calls use.
BESIDE = """\
peer p
 address 192.0.2.1
peer q
 address 192.0.2.2
registrar
 realm before
user u
 password secret
line l1
 quiet
translation n
 match 0044 keep
time-range z
 periodic daily 01:00 to 02:00
lookup portability
 http http://127.0.0.1:9/number
 on-failure refuse 3
lookup numbers
 enum e164.example
 domain any peer p
lookup other
 http http://127.0.0.1:9/number
trunk-group g
 member user1
emergency
 number 911
fraud f
 from peer p
 called 00
 calls 9
records
 rotate megabytes 3
http
 listen 127.0.0.1 {http}
 anonymous viewer
webhook duty
 url http://127.0.0.1:9/
history
 calls 900
"""
# As it is in the file, and as it can be here.
HERE = ((r"trunk t weight 70$", "trunk user2 weight 70"), (r"\btrunk t\b", "trunk user1"), (r"\bmember t\b", "member user2"), (r"while-trunk t\b", "while-trunk user1"),
        (r"\bline l2\b", "line l1"), (r"^ address 2001:db8::[123]$", " address 127.0.0.1"), (r"^ proxy .*", " proxy 127.0.0.1 9"),
        (r"^ listen 2001:db8::1 1023 name six$", " listen 127.0.0.1 {one} name six"),
        (r"^ listen udp 192.0.2.7 1022$", " listen udp 127.0.0.1 {two}"),
        (r"^ listen tcp 2001:db8::1 1022 name six$", " listen tcp 127.0.0.1 {two} name six"),
        (r"^ ports .*", " ports {media} {media_end}"), (r"/[xy]\.pem|/etc/crosspoint/http.pem", "{pem}"),
        (r"/[xy]\.key|/etc/crosspoint/http.key", "{key}"), (r"/ca\.pem", "{ca}"), (r"^ listen ::1 4080$", " listen ::1 {https}"))
# Said in the file in another form alone.
BESIDES = """\
cli
 listen 127.0.0.1 4000
cli
 socket /run/crosspoint/other
media
 jitter adaptive 20 100
media
 jitter adaptive 20 100 initial 50
trunk t
 echo off
 limit calls-per-second 3
trunk-group g
 limit calls-per-second 3
sip
 listen 127.0.0.1 {one}
sip
 tls certificate {pem}
 tls server-name y.example certificate {pem} key {key}
peer p
 codecs pcma pcmu
 session-timer 600
 overlap receiving
 authenticate user v password q
peer p
 register user n
user u
 codecs pcmu pcma
 session-timer 600
 redirect route
lookup portability
 on-failure continue
route r1
 from any
 called any
 when calling exact 49
 when redirecting 4930
route r2
 when redirecting none
fraud f
 from any
"""
# What is tried in a section that is there, one that the calls use where there is such.
SECTIONS = {"trunk": "user1", "peer": "phones", "line": "echo", "route": "out1", "user": "u"}
# What belongs together, and waits for the end of calls where there are any: one commit each.
ALONE = "no route out3\nno route far3\nno trunk user3\nno trunk network3\nno span e1-5\nno span e1-6\nspan e1-5\n driver dahdi\n dahdi span 3\n"
TOGETHER = (
    "span e1-1\n law mulaw\nspan e1-2\n law mulaw\n",
    "span e1-1\n far-end e1-4\nspan e1-2\n far-end e1-3\nspan e1-3\n far-end e1-2\nspan e1-4\n far-end e1-1\n",
    "span e1-1\n type t1\nspan e1-2\n type t1\ntrunk user1\n d-channel 24\n channels 1-23\ntrunk network1\n d-channel 24\n"
    " channels 1-23\n",
    "trunk user1\n side network\n variant qsig\ntrunk network1\n side user\n variant qsig\n",
    "no route out3\nno trunk user3\ntrunk user1\n span e1-5\n interface 5\n channels 1-2\n",
    ALONE + " framing cas\n coding ami\n crc4\n line-build-out 1\n clock-priority 2\n tone-zone de\n",
    ALONE + " block 80\n echo-canceller mg2\n rx-gain -3\n tx-gain 2\n hardhdlc\n",
    ALONE + " type bri\n bri-side nt\n termination\ntrunk user3\n protocol isdn\n span e1-5\n d-channel 3\n channels 1-2\n side network\n"
    " multipoint\n",
)


@pytest.fixture(name="gateway")
def gateway_of_options(own):
    def text(p):
        here = " listen 127.0.0.1 %d\n" % p.sip
        return sixty(p).replace(here, here[:-1] + " name six\n tls verify optional\n") + BESIDE.format(http=ports.any_port("tcp"))
    return own(text=text)


def sections(text):
    """[(head, [line])]"""
    out = []
    for line in text.splitlines():
        if line.startswith(" "):
            out[-1][1].append(line.strip())
        elif line and line[0] not in "!#":
            out.append((line, []))
    return out


def says(option, line):
    """Whether the line says that option; `no x` says those that begin with x."""
    if line.startswith("no ") and not option.startswith("no "):
        return word_of(line) == option.split()[0]
    words = []
    for word in re.findall(r"\([^)]*\)|\[[^\]]*\]|\S+", option):
        one = re.escape(word.strip("[]"))
        if word[0] == "(":
            one = "(?:%s)" % "|".join(map(re.escape, word[1:-1].split("|")))
        elif word[0] == ".":
            one = ".+"
        elif word.strip("[")[0] == "<" or word.strip("[")[0].isupper():
            one = r"\S+"
        words.append("(?: %s)?" % one if word[0] == "[" else " " + one)
    return re.fullmatch("".join(words), " " + line) is not None


def word_of(line):
    return re.sub("^no ", "", line).split()[0]


class Options:
    """As `show options` has them, and those that were tried."""

    def __init__(self, gateway):
        self.rows, self.tried = gateway.cli.json("options"), set()

    def holds(self, head, line):
        kind = head.split()[0]
        found = [r for r in self.rows if r["section"] == kind and says(r["option"], line)]
        assert found, "%s: %s" % (head, line)
        self.tried.update((kind, r["option"]) for r in found)
        return found[0]["holds"]

    def missing(self):
        return {(r["section"], r["option"]) for r in self.rows} - self.tried

    def apart(self, text):
        """[(section, [line])], of one class each and no more than a commit names; without what TOGETHER has."""
        out = []
        for head, lines in sections(text):
            kind, *name = head.split()
            by_class = {}
            for line in lines:
                chunks = by_class.setdefault(self.holds(head, line), [[]])
                if len({word_of(w) for w in chunks[-1] + [line]}) > WORDS_A_COMMIT:
                    chunks.append([])
                chunks[-1].append(line)
            section = " ".join([kind, SECTIONS.get(kind, name[0])]) if name else kind
            out += [[(section, chunk)] for when, chunks in by_class.items() if when != IDLE for chunk in chunks]
        return out


def everything(places):
    """The file's text and what it lacks, as it can be here."""
    with open(EVERYTHING, encoding="utf-8") as f:
        text = f.read() + BESIDES
    for there, here in HERE:
        text = re.sub(there, here, text, flags=re.M)
    return re.sub(r"{(\w+)}", lambda m: str(places[m[1]]), text)


@pytest.fixture(name="places")
def places_for_options(tmp_path):
    authority, media = pki.Authority(tmp_path), ports.block(60)
    pem, key = authority.issue("localhost")
    return {"one": ports.both(), "two": ports.both(), "media": media, "media_end": media + 59, "pem": pem, "key": key,
            "ca": authority.cert, "https": ports.any_port("tcp", "::1")}


def running(gateway):
    return dict(sections(gateway.cli.run("show running-config").replace("\r", "")))


def commit(gateway, change):
    """The answer to a commit of [(section, [line])]; a section without lines: what stands at the left edge."""
    lines = []
    for head, options in change:
        lines += [head] + options + (["exit"] if options else [])
    return edit(gateway, *lines, "commit")


def check(gateway, options, change):
    """Commits it and takes it back: each time the commit says when each option holds that is another now."""
    before = running(gateway)
    said = commit(gateway, change)
    assert "Committed" in said, (change, said)
    after = running(gateway)
    for head, lines in change:
        for line in lines:
            if before[head] == after[head] or line in before[head] or (line.startswith("no ") and word_of(line) in "".join(after[head])):
                continue
            when = options.holds(head, line)
            sentence = [s for s in said.splitlines() if s.lower().startswith(when + ": ")]
            assert sentence and re.search(r"\b%s %s[,.]" % (re.escape(head), re.escape(word_of(line))), sentence[0]), (head, line, said)
            unsaid = re.search("^no | any$|password|secret|https?:|sha256 ", line)  # a default, or what is kept secret
            assert unsaid or any(a.startswith(line) for a in after[head]), (head, line, after[head])
    edit(gateway, "rollback 1", "commit")
    assert running(gateway) == before


def test_no_option_harms_a_call(gateway, places):
    """Each in turn, in tens of commits, and back. Whoever adds an option is told here that nobody says it."""
    gateway.expected.append("DAHDI")
    options = Options(gateway)
    changes = [c for c in options.apart(everything(places)) if c[0][0] != "snmp"] + [sections(t) for t in TOGETHER]
    with gateway.phone() as phone, Parties(4) as parties:
        calls = [dial(phone, "12"[i % 2], party) for i, party in enumerate(parties.all)]
        for change in changes:
            heard = [p.heard for p in parties.all]
            check(gateway, options, change)
            wait_for("sound", lambda: all(p.heard > h + 5 for p, h in zip(parties.all, heard)))
            assert len(gateway.cli.json("calls")) == 2 * len(calls), change
        missing = [p.missing for p in parties.all]
        for call in calls:
            call.bye()
    assert missing == [0] * len(calls)
    assert options.missing() == CARDS
    gateway.wait_idle()
    wait_for("nothing to wait for", lambda: gateway.cli.run("show pending").strip() == "")
