"""Phones that register with the gateway, and a PBX that goes away and comes back. They are asked who they are."""
import time

import pytest
from common import sip
from common.gateway import wait_for
from common.users import Phone, registered

TEXT = """\
cli
 listen 127.0.0.1 {p.cli}
media
 ports {p.media} {last}
sip
 listen 127.0.0.1 {p.sip}
 timer-b 8000
peer pbx
 address 127.0.0.1
 port {p.phone}
 source-port same
 options 5
registrar
 standby-for peer pbx
user anna
 password s3cret
 number 100
 display-name Anna
user bert
 password hidden
 number 200
line echo
 echo
route users
 from registrar
 called 2
 to registrar
route lines
 from registrar
 called 6
 to line echo
"""


def text(p):
    return TEXT.format(p=p, last=p.media + 199)


@pytest.fixture(name="make_phone")
def phones():
    made = []

    def make(gateway, user, password):
        made.append(Phone(gateway, "127.0.0.%d" % (len(made) + 5), user, password))
        return made[-1]
    yield make
    for phone in made:
        phone.close()


def test_phones_reach_lines_and_each_other_while_the_pbx_is_away(own, make_phone):
    gateway = own(text=text)
    anna, bert = make_phone(gateway, "anna", "s3cret"), make_phone(gateway, "bert", "hidden")
    assert anna.register() == 200 and bert.register() == 200
    assert registered(gateway, "anna") and registered(gateway, "bert")
    wait_for("the PBX is known to be away", lambda: gateway.cli.json("peers")[0]["state"] == "unreachable")
    line = anna.dial("600", sip.sdp(40000))
    line.answered()
    line.bye()
    call = anna.dial("200", sip.sdp(40000))
    heard = bert.answer_call()
    assert heard.invite_in.start.startswith("INVITE sip:bert@%s:%d " % (bert.host, bert.port))
    assert heard.invite_in.get("From").startswith('"Anna" <sip:100@'), heard.invite_in.get("From")
    heard.reply(heard.invite_in, 200, "OK", sip.sdp(40002))
    call.answered()
    call.bye()
    heard.bye_comes()
    gateway.wait_idle()
    with sip.Agent(gateway.ports.sip, port=gateway.ports.phone) as pbx:  # it is back
        options = pbx.wait(lambda m: m.method == "OPTIONS")
        pbx.respond(options, "200 OK")
        wait_for("the PBX is seen", lambda: gateway.cli.json("peers")[0]["state"] == "reachable")
        call = anna.dial("200", sip.sdp(40000))

        def invite(message):
            """It goes on answering OPTIONS meanwhile."""
            if message.method == "OPTIONS":
                pbx.respond(message, "200 OK")
            return message.method == "INVITE"
        called = sip.Call(pbx, invite=pbx.wait(invite))
        assert called.invite_in.start.startswith("INVITE sip:200@")
        called.reply(called.invite_in, 486, "Busy Here")
        assert call.refused().status == 486
        gateway.wait_idle()


def test_restart_keeps_where_phones_are(own, make_phone):
    gateway = own(text=text)
    assert make_phone(gateway, "bert", "hidden").register() == 200
    before = registered(gateway, "bert")
    time.sleep(1.2)  # written once a second
    gateway.end()
    gateway.up()
    assert [row["contact"] for row in registered(gateway, "bert")] == [row["contact"] for row in before]


def test_wrong_password_is_not_registered(own, make_phone):
    gateway = own(text=text)
    assert make_phone(gateway, "anna", "guess").register() == 401
    assert not registered(gateway, "anna")
    shown = gateway.cli.run("show running-config")
    assert "password *" in shown and "s3cret" not in shown
