"""Kamailio as a neighbour: a proxy that records its route and asks for digests, the registrar that the gateway registers
with, and a dispatcher in front of two gateways."""
import time

import config
import pytest
from common import digest, ports, sip
from common.gateway import wait_for
from common.kamailio import HOST, Kamailio
from common.sip import sdp

PHONE, FAR = "127.0.0.8", "127.0.0.4"

# Calls of the gateway's go to the phone, all others to the gateway.
PROXY = """
route[NEW] {{
	if ($si == "127.0.0.1") $du = "sip:%s:{phone}";
	else $du = "sip:127.0.0.1:{gateway};transport={transport}";
	t_relay();
}}
""" % PHONE

# Kamailio asks the gateway who it is, for each call.
DIGEST = """
route[NEW] {{
	if ($si == "127.0.0.1") {{
		if (!pv_proxy_authenticate("proxy.test", "s3cret", "0") || $au != "gateway") {{
			proxy_challenge("proxy.test", "0");
			exit;
		}}
		consume_credentials();
		$du = "sip:127.0.0.8:{phone}";
	}}
	else $du = "sip:127.0.0.1:{gateway};transport={transport}";
	t_relay();
}}
"""
AUTH = """
loadmodule "auth.so"
modparam("auth", "algorithm", "%s")
"""

DISPATCH = """
route[NEW] {
	if (!ds_select_dst("1", "8")) {
		sl_send_reply("503", "No gateway");
		exit;
	}
	t_on_failure("NEXT");
	t_relay();
}
failure_route[NEXT] {
	if (t_is_canceled()) exit;
	if (t_check_status("503|408") && ds_next_dst()) {
		t_on_failure("NEXT");
		t_relay();
	}
}
"""
DISPATCHER = """
loadmodule "dispatcher.so"
modparam("dispatcher", "list_file", "%s")
modparam("dispatcher", "flags", 2)
modparam("dispatcher", "ds_ping_interval", 1)
modparam("dispatcher", "ds_probing_mode", 1)
modparam("dispatcher", "ds_probing_threshold", 2)
modparam("dispatcher", "ds_inactive_threshold", 1)
modparam("dispatcher", "ds_ping_from", "sip:kamailio@%s")
"""


def peer(port, more=""):
    return ("peer proxy\n address %s\n port %d\n trusted\n codecs pcma\n%s"
            "route proxy-out\n from peer proxy\n called 6\n to trunk pstn\n"
            "route proxy-in\n from trunk pstn\n called 9\n to peer proxy\n" % (HOST, port, more))


@pytest.fixture(name="kamailio_of")
def make_kamailio(tmp_path):
    made = []

    def make(script, **how):
        folder = tmp_path / ("kamailio%d" % len(made))
        folder.mkdir()
        made.append(Kamailio(str(folder), script, **how))
        return made[-1]
    yield make
    for one in made:
        one.stop()


def behind(proxy, port=0):
    """A phone whose proxy it is."""
    return sip.Agent(proxy.port, PHONE, port, gateway_host=HOST)


def _through_proxy(own, kamailio_of, rtp, transport, more, script=PROXY, load=""):
    """Both directions; each end clears once; requests within the call follow the recorded route."""
    phone_port, made = ports.both(PHONE), []

    def text(p, **how):
        made.append(kamailio_of(script.format(phone=phone_port, gateway=p.sip, transport=transport), load=load))
        made[0].start()
        return config.text(p, extra=peer(made[0].port, more), **how)
    gateway, proxy = own(text=text), made[0]
    if "register" in more:
        wait_for("registered", lambda: "registered" in str(gateway.cli.json("registrations")))
    with behind(proxy, phone_port) as phone:
        party = rtp()
        call = phone.call("601", sdp(party.port))
        assert "lr" in call.answered().get("Record-Route")
        wait_for("the milliwatt", lambda: [s for s in party.samples() if abs(s) > 8000])
        call.bye()
        gateway.wait_idle()
        clearing = phone.call("607", sdp(party.port))
        clearing.answered()
        bye = clearing.bye_comes()
        assert len(bye.all("Via")) == 2, "by way of the proxy"
        gateway.wait_idle()
        gateway.originate("trunk exchange 900 hold 1")
        incoming = phone.answer_call()
        incoming.reply(incoming.invite_in, 180, "Ringing", extra=_routes(incoming.invite_in))
        incoming.reply(incoming.invite_in, 200, "OK", sdp(party.port), extra=_routes(incoming.invite_in))
        assert len(incoming.wait_request("ACK").all("Via")) == 2
        assert len(incoming.bye_comes().all("Via")) == 2
        gateway.wait_idle()


def _routes(request):
    """RFC 3261 12.1.1: the callee copies them."""
    return ["Record-Route: " + r for r in request.all("Record-Route")]


def test_proxy_that_records_its_route(own, kamailio_of, rtp):
    _through_proxy(own, kamailio_of, rtp, "udp", "")


def test_proxy_over_tcp(own, kamailio_of, rtp):
    _through_proxy(own, kamailio_of, rtp, "tcp", " transport tcp\n")


@pytest.mark.parametrize("algorithm", ["", "SHA-256"])
def test_proxy_that_asks_for_digest(own, kamailio_of, rtp, algorithm):
    """RFC 3261 22.3, RFC 8760: MD5, and SHA-256."""
    _through_proxy(own, kamailio_of, rtp, "udp", " auth user gateway password s3cret realm proxy.test\n", DIGEST,
                   AUTH % algorithm)


def test_proxy_and_phone_that_both_ask(own, kamailio_of, rtp):
    """RFC 3261 22.3: credentials for each realm. The proxy lets no count of its nonce come twice."""
    phone_port, made = ports.both(PHONE), []
    script = DIGEST.replace('proxy_challenge("proxy.test", "0")', 'proxy_challenge("proxy.test", "1")')
    auth = " auth user gateway password s3cret realm proxy.test\n auth user anna password hidden realm phone.test\n"

    def text(p, **how):
        made.append(kamailio_of(script.format(phone=phone_port, gateway=p.sip, transport="udp"),
                                load=AUTH % "SHA-256" + 'modparam("auth", "nonce_count", 1)\n'))
        made[0].start()
        return config.text(p, extra=peer(made[0].port, auth), **how)
    gateway = own(text=text)
    with behind(made[0], phone_port) as phone:
        party = rtp()
        gateway.originate("trunk exchange 900 hold 1")
        call = phone.answer_call()
        call.reply(call.invite_in, 401, "Who are you?", extra=[
            'WWW-Authenticate: Digest realm="phone.test", nonce="n", algorithm=MD5, qop="auth"',
            *_routes(call.invite_in)])
        again = phone.wait(lambda m: m.method == "INVITE" and m.get("Authorization"))
        assert digest.is_right(again.get("Authorization"), "INVITE", "anna", "hidden")
        call.reply(again, 200, "OK", sdp(party.port), extra=_routes(again))
        call.wait_request("ACK")
        call.bye_comes()
        gateway.wait_idle()


# Who registers is asked for a digest; calls for it go to where it said.
REGISTRAR = """
route[NEW] {{
	if (is_method("REGISTER")) {{
		if (!pv_www_authenticate("proxy.test", "s3cret", "0") || $au != "gateway") {{
			www_challenge("proxy.test", "0");
			exit;
		}}
		save("location");
		exit;
	}}
	if ($si == "127.0.0.8" && $rU =~ "^6") {{
		$var(number) = $rU;
		$rU = "gateway";
		if (!lookup("location")) {{
			sl_send_reply("404", "Not registered");
			exit;
		}}
		$du = $ru;
		$rU = $var(number);
	}}
	else $du = "sip:127.0.0.8:{phone}";
	t_relay();
}}
"""
LOCATIONS = """
loadmodule "auth.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("auth", "algorithm", "%s")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "use_path", 0)
"""


@pytest.mark.parametrize("algorithm", ["", "SHA-256"])
def test_registrar_that_the_gateway_registers_with(own, kamailio_of, rtp, algorithm):
    """Calls for the number that it registered reach the line; both directions."""
    _through_proxy(own, kamailio_of, rtp, "udp",
                   " auth user gateway password s3cret realm proxy.test\n register user gateway domain proxy.test\n",
                   REGISTRAR, LOCATIONS % algorithm)


def test_dispatcher_in_front_of_two_gateways(own, kamailio_of, tmp_path, rtp):
    """OPTIONS tell it who is alive. Calls go to both in turn; when one dies, the next call reaches the other all the
    same; when one has no circuit (RFC 3666 2.3), too."""
    listed = tmp_path / "dispatcher.list"
    listed.write_text("")
    proxy = kamailio_of(DISPATCH, load=DISPATCHER % (listed, HOST))
    # 66x goes to the narrow trunk, which has one channel, here alone
    narrow = ("route narrow\n from peer proxy\n called 66\n to trunk narrow\n"
              "route narrow-far\n from trunk far-narrow\n called 66\n to line echo\n")
    first, second = own(extra=peer(proxy.port) + narrow), own(host=FAR, extra=peer(proxy.port))
    listed.write_text("1 sip:127.0.0.1:%d 0 10\n1 sip:%s:%d 0 5\n" % (first.ports.sip, FAR, second.ports.sip))
    proxy.start()
    party = rtp()
    with behind(proxy) as phone:
        _dispatched(phone, party, first, "600")
        held = phone.call("660", sdp(party.port))
        held.answered()
        since = second.mark()
        assert phone.call("661", sdp(party.port)).response().status == 404  # said by the second one's exchange
        second.record(r"from peer proxy .* to trunk pstn 661", since)
        held.bye()
        first.wait_idle()
        second.wait_idle()
        first.kill()
        _dispatched(phone, party, second, "600")  # by failover, or as OPTIONS has told already
        wait_for("a call that is not first tried at the dead one", lambda: _dispatched(phone, party, second, "600") < 3)


def _dispatched(phone, party, gateway, number):
    """How long until it was answered, s."""
    since, begin = gateway.mark(), time.monotonic()
    call = phone.call(number, sdp(party.port))
    call.answered()
    took = time.monotonic() - begin
    call.bye()
    gateway.only(r"from peer proxy .* to trunk pstn %s .*: answered, cause 16" % number, since)
    return took
