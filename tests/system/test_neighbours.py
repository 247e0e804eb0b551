"""Phones and proxies that others made, over each transport: Linphone, baresip, Kamailio with TLS."""
import time

import config
import pytest
from common import ports, sip, sound
from common.baresip import Baresip
from common.gateway import wait_for
from common.kamailio import HOST, Kamailio
from common.linphone import Linphone
from common.pki import Authority


@pytest.fixture(scope="module", name="ca")
def the_ca(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module", name="identity")
def of_the_gateway(ca):
    return ca.issue("gateway", "IP:127.0.0.1,DNS:127.0.0.1")  # Linphone's TLS library looks for names alone


def text_of(transport, identity, ca, extra=lambda p: ""):
    """The peer phones is reached over the transport."""
    def text(p, **how):
        p.tls, p.phone = ports.both(), ports.both()
        tls = " listen tls 127.0.0.1 %d\n tls certificate %s key %s\n tls ca %s\n" % (p.tls, *identity, ca.cert)
        whole = config.text(p, extra=extra(p), **how).replace(" timer-b 4000\n", " timer-b 4000\n" + tls, 1)
        return whole.replace("peer phones\n", "peer phones\n transport %s\n" % transport, 1)
    return text


@pytest.fixture(name="linphone")
def make_linphone(tmp_path):
    made = []

    def make(*args, **how):
        made.append(Linphone(tmp_path, *args, **how))
        return made[-1]
    yield make
    for phone in made:
        phone.stop()


def port_of(gateway, transport):
    return gateway.ports.tls if transport == "tls" else gateway.ports.sip


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_linphone_calls_holds_and_hears(own, linphone, ca, identity, transport):
    gateway = own(text=text_of("udp" if transport == "tls" else transport, identity, ca))
    phone = linphone(gateway.ports.phone, transport=transport, ca=ca.cert)
    phone.call("601", port_of(gateway, transport))
    time.sleep(1.5)
    phone.command("pause")
    phone.wait("paused")
    time.sleep(0.5)
    phone.command("resume")
    phone.wait("Media streams established")
    time.sleep(0.5)
    phone.command("terminate")
    gateway.record("from peer phones 200 to trunk pstn 601 .*: answered, cause 16 .*by the caller")
    gateway.wait_idle()
    assert sound.steadiest(sound.read_wav(phone.heard), 0) < 3, "the milliwatt"


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_linphone_is_called(own, linphone, ca, identity, transport):
    gateway = own(text=text_of(transport, identity, ca))
    phone = linphone(gateway.ports.phone, transport=transport)
    gateway.originate("trunk exchange 200 caller 4930 line milliwatt hold 1")
    phone.wait("Receiving new incoming call")
    phone.command("answer")
    phone.wait("Media streams established")
    phone.wait("ended")
    gateway.only("to peer phones 200: answered, cause 16 ")


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_baresip_calls_and_hears(own, tmp_path, ca, identity, transport):
    gateway = own(text=text_of("udp", identity, ca))
    speech = str(tmp_path / "speech.wav")
    sound.speak("One two three, this is a test of a telephone line.", speech)
    phone = Baresip("phone", tmp_path, speech, more="sip_cafile %s\n" % ca.cert).start()
    try:
        phone.dial("sip:601@127.0.0.1:%d;transport=%s" % (port_of(gateway, transport), transport))
        phone.wait_event("CALL_ESTABLISHED")
        time.sleep(1.5)
        phone.hang_up()
        gateway.only("to trunk pstn 601 .*: answered, cause 16 .*by the caller")
        assert sound.steadiest(sound.read_wav(phone.recording("dec")), 0) < 0.5, "the milliwatt"
    finally:
        phone.stop()


@pytest.mark.parametrize("waits", [True, False])
def test_baresip_transfers_the_line(own, tmp_path, rtp, waits):
    """Its REFER: the echo line that it talks to is put through to another phone, and it hears the outcome; after its BYE
    that does no harm."""
    gateway = own()
    speech = str(tmp_path / "speech.wav")
    sound.speak("One two three.", speech)
    phone = Baresip("phone", tmp_path, speech).start()
    try:
        with gateway.phone() as other:
            phone.dial("sip:600@127.0.0.1:%d" % gateway.ports.sip)
            phone.wait_event("CALL_ESTABLISHED")
            phone.command("transfer", "sip:680@127.0.0.1:%d" % gateway.ports.sip)
            call, party = other.answer_call(), rtp()
            party.remote = call.invite_in.media()
            if not waits:
                phone.hang_up()
            call.reply(call.invite_in, 200, "OK", sip.sdp(party.port))
            call.wait_request("ACK")
            if waits:
                phone.wait_event("CALL_CLOSED")
            assert party.hears_itself(), "the echo line"
            call.bye()
            gateway.wait_idle()
    finally:
        phone.stop()


# Kamailio: TLS towards the gateway, and UDP towards the phone.
TLS_PROXY = """
route[NEW] {{
	if ($proto == "tls") $du = "sip:127.0.0.8:{phone}";
	else $du = "sip:127.0.0.1:{gateway};transport=tls";
	t_relay();
}}
"""
TLS_LOAD = 'enable_tls=yes\nloadmodule "tls.so"\nmodparam("tls", "config", "%s")\n'
TLS_FILE = """\
[server:default]
method = TLSv1.2+
verify_certificate = no
require_certificate = no
private_key = {key}
certificate = {cert}
ca_list = {ca}
[client:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
private_key = {key}
certificate = {cert}
ca_list = {ca}
"""


def test_kamailio_over_tls(own, tmp_path, rtp, ca, identity):
    """Each believes the other's certificate; both directions, with requests within the call."""
    phone_port, made = ports.both("127.0.0.8"), []
    cert, key = ca.issue("proxy", "IP:" + HOST)
    tls_file = tmp_path / "tls.cfg"
    tls_file.write_text(TLS_FILE.format(cert=cert, key=key, ca=ca.cert))

    def extra(p):
        tls = ports.both(HOST)
        made.append(Kamailio(str(tmp_path), TLS_PROXY.format(phone=phone_port, gateway=p.tls), load=TLS_LOAD % tls_file,
                             listen=["listen=tls:%s:%d" % (HOST, tls)]))
        return ("peer proxy\n address %s\n port %d\n transport tls\n trusted\n codecs pcma\n"
                "route proxy-out\n from peer proxy\n called 6\n to trunk pstn\n"
                "route proxy-in\n from trunk pstn\n called 9\n to peer proxy\n" % (HOST, tls))
    gateway = own(text=text_of("udp", identity, ca, extra))
    try:
        proxy, party = made[0].start(), rtp()
        with sip.Agent(proxy.port, "127.0.0.8", phone_port, gateway_host=HOST) as phone:
            call = phone.call("601", sip.sdp(party.port))
            call.answered()
            wait_for("the milliwatt", lambda: [s for s in party.samples() if abs(s) > 8000])
            call.bye()
            gateway.wait_idle()
            gateway.originate("trunk exchange 900 hold 1")
            call = phone.answer_call()
            routes = ["Record-Route: " + r for r in call.invite_in.all("Record-Route")]
            call.reply(call.invite_in, 200, "OK", sip.sdp(party.port), extra=routes)
            call.wait_request("ACK")
            call.bye_comes()
            gateway.wait_idle()
    finally:
        for proxy in made:
            proxy.stop()
