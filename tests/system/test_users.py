"""What users of the registrar may do, each by itself: calls at a time and a second, numbers to call and to show, transfers,
and over TLS alone."""
import ssl
import time
from urllib.parse import quote

import pytest
from common import ports, sip, stream
from common.pki import Authority
from common.users import Phone, registered

TEXT = """\
cli
 listen 127.0.0.1 {p.cli}
media
 ports {p.media} {last}
sip
 listen 127.0.0.1 {p.sip}
{tls}registrar
user anna
 password s3cret
 number 100
{limits}user bert
 password hidden
 number 200
{bert}line echo
 echo
route lines
 from registrar
 called 6
 to line echo
route users
 from registrar
 called 1
 to registrar
route to-bert
 from registrar
 called 2
 to user bert
"""


def text(p, limits="", tls="", bert=""):
    return TEXT.format(p=p, last=p.media + 199, limits=limits, tls=tls, bert=bert)


@pytest.fixture(name="phones")
def two_phones(own):
    """A gateway with these options of anna's, and of bert's; her phone, and his. Both are registered."""
    made = []

    def make(limits, bert=""):
        gateway = own(text=lambda p: text(p, limits, bert=bert))
        made.extend((Phone(gateway, "127.0.0.5", "anna", "s3cret"), Phone(gateway, "127.0.0.6", "bert", "hidden")))
        assert [phone.register() for phone in made] == [200, 200]
        return gateway, *made
    yield make
    for phone in made:
        phone.close()


def refused(gateway, user, what):
    return next(row for row in gateway.cli.json("guard")["users"] if row["name"] == user)["refused"][what]


def hears_itself(phone, party, number="600"):
    """A call to the echo line, which stands."""
    call = phone.dial(number, sip.sdp(party.port))
    party.remote = call.answered().media()
    assert party.hears_itself()
    return call


def test_calls_at_a_time(phones, rtp):
    """Of both directions. The other user is not touched, and the call that is up goes on."""
    gateway, anna, bert = phones(" limit calls 1\n")
    party = rtp()
    first = hears_itself(anna, party)
    second = anna.dial("600", sip.sdp(ports.block(2))).refused()
    assert second.status == 503 and int(second.get("Retry-After")) > 0
    assert bert.dial("100", sip.sdp(ports.block(2))).refused().status == 503
    hears_itself(bert, rtp()).bye()
    assert party.hears_itself()
    assert refused(gateway, "anna", "calls at a time") == 2
    first.bye()
    gateway.wait_idle()
    hears_itself(anna, rtp()).bye()
    gateway.wait_idle()


def at_once(phone, n):
    """So many calls, each with the right credentials, without a pause between them."""
    calls = [sip.Call(phone, "600").invite(sip.sdp(ports.block(2))) for _ in range(n)]
    asked = [call.refused() for call in calls]
    for call, challenge in zip(calls, asked):
        assert challenge.status == 401, challenge
        call.remote = "<%s>" % call.target
        call.invite(sip.sdp(ports.block(2)), [phone.credentials(challenge, "INVITE")])
    return calls


def test_calls_a_second(phones):
    """Of ten at once two go through, and what a machine takes its seconds for; whoever is not limited is not touched."""
    gateway, anna, bert = phones(" limit calls-per-second 1 burst 2\n")
    calls = at_once(anna, 10)
    let = [call for call in calls if call.response(method="INVITE").status == 200]
    for call in calls:
        call.request("ACK", **({"seq": call.seq} if call in let else {**call.invited, "to": call.remote}))
    assert 2 <= len(let) < len(calls)
    other = bert.dial("600", sip.sdp(ports.block(2)))
    other.answered()
    time.sleep(1.1)
    let.append(anna.dial("600", sip.sdp(ports.block(2))))
    let[-1].answered()
    assert refused(gateway, "anna", "calls a second") == len(calls) + 1 - len(let)
    assert refused(gateway, "bert", "calls a second") == 0
    for call in [*let, other]:
        call.bye()
    gateway.wait_idle()


def test_numbers(phones):
    """The longest beginning that fits decides."""
    gateway, anna, bert = phones(" number deny 6\n number allow 600\n")
    for phone, number, status in ((anna, "600", 200), (anna, "601", 403), (anna, "6", 403), (bert, "601", 200)):
        call = phone.dial(number, sip.sdp(ports.block(2)))
        if status == 200:
            call.answered()
            call.bye()
            continue
        got = call.refused()
        assert got.status == status and "cause=21" in got.get("Reason"), number
    assert refused(gateway, "anna", "number not allowed") == 2
    gateway.wait_idle()


@pytest.mark.parametrize("said, shown", [("493055", "493055"), ("494055", "100")])
def test_numbers_that_it_shows(phones, said, shown):
    """A small PBX, whose extensions' numbers begin with 4930; bert's phone is told who calls in a header that it knows."""
    gateway, anna, bert = phones(" numbers 4930\n", bert=" send identity rpid\n")
    call = anna.dial("200", sip.sdp(ports.block(2)), ["P-Preferred-Identity: <sip:%s@127.0.0.1>" % said])
    asked = bert.answer_call()
    assert asked.invite_in.get("From").startswith("<sip:%s@" % shown)
    assert asked.invite_in.get("Remote-Party-ID").startswith("<sip:%s@" % shown)
    asked.reply(asked.invite_in, 486, "Busy Here")
    assert call.refused().status == 486
    gateway.wait_idle()


def test_transfers(phones, rtp):
    """Anna may, by the number and by Replaces between two calls of hers; bert may not."""
    gateway, anna, bert = phones(" transfer allow\n")
    call = hears_itself(bert, rtp())
    assert bert.ask(call, "REFER", "Refer-To: <sip:600@127.0.0.1>").status == 403
    call.bye()
    call = hears_itself(anna, rtp())
    assert anna.ask(call, "REFER", "Refer-To: <sip:601@127.0.0.1>").status == 202
    assert call.bye_comes()
    gateway.clear_all()
    gateway.record("from line echo 600 to line echo 601: answered")
    first, second = hears_itself(anna, rtp()), anna.dial("200", sip.sdp(ports.block(2)))
    asked, party = bert.answer_call(), rtp()
    asked.reply(asked.invite_in, 200, "OK", sip.sdp(party.port))
    party.remote = asked.invite_in.media()
    second.answered()
    replaces = "%s;to-tag=%s;from-tag=%s" % (second.call_id, *(h.split("tag=")[1] for h in (second.remote, second.local)))
    assert anna.ask(first, "REFER", "Refer-To: <sip:200@127.0.0.1?Replaces=%s>" % quote(replaces)).status == 202
    assert first.bye_comes() and second.bye_comes()
    assert party.hears_itself()
    asked.bye()
    gateway.wait_idle()


class SecurePhone(Phone, stream.Agent):
    """On a connection of TLS."""

    def __init__(self, port, ca, user, password):  # pylint: disable=super-init-not-called
        stream.Agent.__init__(self, "127.0.0.1", port, ssl.create_default_context(cafile=ca), "127.0.0.1")
        self.user, self.password, self.seq = user, password, 0


def test_tls_required(own, tmp_path):
    """Over UDP she is not even asked who she is, nor heard with what was right over TLS."""
    ca, port = Authority(tmp_path), ports.both()
    tls = " listen tls 127.0.0.1 %d\n tls certificate %s key %s\n" % (port, *ca.issue("gateway", "IP:127.0.0.1"))
    gateway = own(text=lambda p: text(p, " tls required\n", tls))
    with Phone(gateway, "127.0.0.5", "anna", "s3cret") as anna:
        assert anna.register() == 403  # twice
        assert sip.Call(anna, "600").invite(sip.sdp(ports.block(2))).refused().status == 403
    assert refused(gateway, "anna", "not secure") == 3 and not registered(gateway, "anna")
    with SecurePhone(port, ca.cert, "anna", "s3cret") as anna:
        assert anna.register() == 200
        assert [row["transport"] for row in registered(gateway, "anna")] == ["tls"]
        call = anna.dial("600", sip.sdp(ports.block(2)))
        call.answered()
        call.bye()
    with Phone(gateway, "127.0.0.6", "bert", "hidden") as bert:
        assert bert.register() == 200
    gateway.wait_idle()
