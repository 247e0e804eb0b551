"""The four scenes. Each returns its figures as lines, or fails with an AssertionError that says why."""
import os
import re
import shutil
import subprocess
import time

from common import sound
from common.baresip import Baresip
from common.cli import Cli
from common.gateway import wait_for
from demo.watch import stamp

ALIKE = 0.9        # correlation of what came back with what was said; noise stays under 0.2
SOFTEST = -35.0    # dBm0; the speech is sent near -15


class Stage:
    """What the scenes share: the gateway, the ports, one phone that rings and calls."""

    def __init__(self, gateway, used, folder, speech):
        self.gateway, self.used, self.folder = gateway, used, folder
        self.phone = Baresip("phone", folder, speech, sip_port=used["phone"]).start()

    def uri(self, number):
        return "sip:%s@127.0.0.1:%d" % (number, self.used["sip"])

    def call(self, number):
        """The phone calls; milliseconds to the answer."""
        dialled = self.phone.dial(self.uri(number))
        answered, _ = self.phone.wait_event("CALL_ESTABLISHED")
        return 1000 * (answered - dialled)

    def hang_up(self):
        self.phone.hang_up()
        self.gateway.wait_idle()

    def close(self):
        self.phone.stop()


def _echo_figures(stage, name):
    """What the phone heard of itself: kept as build/demo/NAME, judged, in words."""
    phone = stage.phone
    kept = os.path.join(stage.folder, name)
    sent = sound.read_wav(phone.recording("enc"))
    shutil.copyfile(phone.recording("dec"), kept)
    heard = sound.read_wav(kept)
    lag, alike = sound.echo(sent, heard)
    level = sound.dbm0(heard)
    assert alike >= ALIKE, "what the phone heard is not what it said: correlation %.2f, %.1f dBm0" % (alike, level)
    assert level >= SOFTEST, "the phone heard %.1f dBm0 only" % level
    delay = 1000 * (lag + phone.streams["dec"] - phone.streams["enc"])
    assert 0 < delay < 400, "the round trip took %.0f ms" % delay
    return "heard %.1f dBm0 (said %.1f), correlation %.3f, round trip %.0f ms" % (
        level, sound.dbm0(sent), alike, delay)


def _packet_figures(stage):
    p = wait_for("the phone's packet figures", stage.phone.packets, 5)
    assert p["sent"] > 100 and p["received"] > 0.9 * p["sent"] and p["lost"] <= 2, "packets: %s" % p
    return "packets sent %(sent)d, received %(received)d, lost %(lost)d" % p


def echo(stage):
    setup = stage.call("600")
    stamp("the phone was answered after %.0f ms and speaks" % setup)
    stage.phone.watch_streams(5.0)
    stage.hang_up()
    return ["answer after %.0f ms" % setup, _echo_figures(stage, "heard.wav"), _packet_figures(stage)]


def from_the_line(stage):
    stage.phone.streams.clear()
    begin = time.monotonic()
    with Cli(stage.gateway.cli_port) as session:  # the call outlives it
        text = session.run("originate trunk exchange 200 caller 4930123456 line echo hold 4")
    for line in filter(None, text.splitlines()):
        stamp("originate: " + line)
    rung, _ = stage.phone.wait_event("CALL_INCOMING")
    stamp("the phone rings")
    time.sleep(0.7)
    stage.phone.accept()
    stage.phone.wait_event("CALL_ESTABLISHED")
    stage.phone.watch_streams(3.6)
    stage.phone.wait_event("CALL_CLOSED")
    stage.gateway.wait_idle()
    return ["rang after %.0f ms, cleared by the line after 4 s" % (1000 * (rung - begin)),
            _echo_figures(stage, "heard-from-the-line.wav")]


def busy(stage):
    scenario = os.path.join(os.path.dirname(os.path.abspath(__file__)), "busy.xml")
    log = os.path.join(stage.folder, "sipp.log")
    with open(log, "wb") as f:
        rc = subprocess.run(["sipp", "127.0.0.1:%d" % stage.used["sip"], "-i", "127.0.0.1", "-sf", scenario, "-s", "603",
                             "-m", "1", "-timeout", "8s", "-timeout_error", "-trace_msg", "-message_file",
                             os.path.join(stage.folder, "sipp-messages.log"), "-message_overwrite", "true"],
                            stdin=subprocess.DEVNULL, stdout=f, stderr=subprocess.STDOUT, check=False).returncode
    assert rc == 0, "sipp did not get 486 with Reason Q.850;cause=17 (exit %d, see %s)" % (rc, os.path.relpath(log))
    stamp("sipp got 486 Busy Here, Reason: Q.850;cause=17")
    return ["cause 17 became 486, Reason Q.850;cause=17"]


def _tone(stage):
    """Level and frequency of the milliwatt as the phone heard it, its last second."""
    heard = sound.read_wav(stage.phone.recording("dec"))[-sound.RATE:]
    level, hz = sound.dbm0(heard), sound.frequency(heard)
    assert abs(level) < 0.5 and abs(hz - 1000) < 5, "the milliwatt came as %.1f dBm0, %.0f Hz" % (level, hz)
    return "%.1f dBm0, %.0f Hz" % (level, hz)


def cut(stage):
    gateway = stage.gateway
    stage.call("601")
    time.sleep(1.3)
    before = _tone(stage)
    stamp("test span e1-1 cut")
    since = time.monotonic()
    gateway.cli.run("test span e1-1 cut")
    wait_for("a red alarm on e1-1", lambda: re.search("red", str(gateway.cli.json("spans")), re.I), 5)
    alarm = time.monotonic() - since
    stage.phone.wait_event("CALL_CLOSED", 10)
    cleared = time.monotonic() - since
    gateway.wait_idle()
    time.sleep(0.15)  # for the watch to see it
    stamp("test span e1-1 restore")
    since = time.monotonic()
    gateway.cli.run("test span e1-1 restore")
    gateway.wait_trunks()
    stage.call("601")
    again = time.monotonic() - since
    time.sleep(1.3)
    after = _tone(stage)
    stage.hang_up()
    return ["milliwatt %s; alarm after %.0f ms, call cleared after %.0f ms" % (before, 1000 * alarm, 1000 * cleared),
            "the next call was answered %.1f s after the span's return: milliwatt %s" % (again, after)]


ALL = (("a: a SIP phone calls the echo line, and speaks", echo),
       ("b: a call from the line rings the SIP phone, which answers", from_the_line),
       ("c: the called line is busy", busy),
       ("d: the span is cut in a call, then restored", cut))
