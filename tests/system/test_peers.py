"""Independent SIP implementations, each in each direction: sipp and baresip."""
import time

import pytest
from common import ports, sound
from common.baresip import Baresip
from common.gateway import wait_for


@pytest.mark.parametrize("scenario, number", [("cleared", "607"), ("hold", "600"), ("cancel", "605")])
def test_sipp_calls(gateway, scenario, number):
    gateway.sipp(scenario, number=number, rtp=ports.block(2)).finish()


@pytest.mark.parametrize("scenario", ["answer", "busy", "given-up"])
def test_sipp_is_called(gateway, scenario):
    peer = gateway.sipp(scenario, port=gateway.ports.phone, rtp=ports.block(2))
    gateway.originate("trunk %s 200 hold 1" % ("far-narrow" if scenario == "given-up" else "exchange"))  # its T301 is short
    peer.finish()


@pytest.fixture(name="speech", scope="session")
def speech_file(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("speech") / "speech.wav")
    sound.speak("One two three, this is a test of a telephone line.", path)
    return path


@pytest.fixture(name="make_phone")
def make_baresip(tmp_path, speech):
    made = []

    def make(**how):
        made.append(Baresip("phone%d" % len(made), tmp_path, speech, **how).start())
        return made[-1]
    yield make
    for phone in made:
        phone.stop()


def test_baresip_calls_and_hears_itself(gateway, make_phone):
    phone = make_phone()
    phone.dial("sip:600@127.0.0.1:%d" % gateway.ports.sip)
    phone.wait_event("CALL_ESTABLISHED")
    time.sleep(4)
    phone.hang_up()
    gateway.wait_idle()
    sent, heard = (sound.read_wav(phone.recording(side)) for side in ("enc", "dec"))
    _, alike = sound.echo(sent, heard)
    assert alike > 0.9
    assert sound.dbm0(heard) > -35


def test_baresip_is_called_and_the_line_clears(gateway, make_phone):
    phone = make_phone(sip_port=gateway.ports.phone)
    gateway.originate("trunk exchange 200 caller 4930 line milliwatt hold 2")
    phone.wait_event("CALL_INCOMING")
    phone.accept()
    phone.wait_event("CALL_ESTABLISHED")
    phone.wait_event("CALL_CLOSED")
    assert sound.steadiest(sound.read_wav(phone.recording("dec")), 0) < 0.5, "the milliwatt"
    wait_for("idle", gateway.idle)

