"""The wizard: what it writes runs, and calls go both ways between a PBX at the address given and the virtual line."""
import configparser
import os
import pty
import re
import select
import signal
import stat
import subprocess
import time

import pytest

from common import ports, sip, sound
from common.baresip import Baresip
from common.cli import Cli
from common.gateway import Gateway, binary, wait_for
from common.http import Http


def wizard(path, answers, *more, code=0):
    """What it prints on stdout and stderr."""
    done = subprocess.run([binary(), "--setup", "-c", str(path), *more], input=answers, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == code, (done.returncode, done.stdout[-500:], done.stderr)
    return done.stdout, done.stderr


class Site:
    """A PBX's address, our own, and a gateway on the wizard's file for them."""

    def __init__(self, folder):
        self.pbx, self.own = ports.block(2, "tcp"), ports.both()
        path = folder / "crosspoint.cfg"
        self.said, _ = wizard(path, "1\n127.0.0.1:%d\n127.0.0.1:%d\n2 3\n9\n" % (self.pbx, self.own))
        subprocess.run([binary(), "--check", str(path)], stdout=subprocess.DEVNULL, check=True)
        self.cli, self.http, self.media = ports.any_port("tcp"), ports.any_port("tcp"), ports.Claim(200)
        text = path.read_text()  # on ports that tests side by side leave alone
        text = re.sub(r"(?m)^( listen 127\.0\.0\.1) (42\d\d)$", r"\1 %d" % self.cli, text)
        text = re.sub(r"(?m)^( listen 127\.0\.0\.1) (80\d\d|81\d\d)$", r"\1 %d" % self.http, text)
        path.write_text(re.sub(r"(?m)^ ports .*", " ports %d %d" % (self.media.first, self.media.first + 199), text))
        self.gateway = Gateway(str(path), str(folder / "gateway.log"), self.cli)

    def originate(self, number):
        """From the far end, as the wizard says; in a session of its own, for progress comes between the lines."""
        assert "originate trunk exchange 201 line milliwatt hold 10\n" in self.said
        with Cli(self.cli) as session:
            session.run("originate trunk exchange %s line milliwatt hold 1" % number)


@pytest.fixture(name="site")
def site_that_runs(tmp_path):
    site = Site(tmp_path)
    site.gateway.start()
    try:
        site.gateway.wait_trunks()
        yield site
        site.gateway.wait_idle()
        assert site.gateway.stop() == 0
    finally:
        site.gateway.kill()


def test_calls_go_both_ways(site, rtp):
    with sip.Agent(site.own, port=site.pbx) as pbx:
        party = rtp()
        call = pbx.call("9600", sip.sdp(party.port))
        party.remote = call.answered().media()
        assert party.hears_itself()
        assert [c["called"] for c in Http(site.http, role=None).get("calls")] == ["9600", "600"]  # ours, the far end's
        call.bye()
        site.gateway.wait_idle()
        for number in ("201", "31"):
            site.originate(number)
            rung = pbx.answer_call()
            assert "sip:%s@" % number in rung.invite_in.start
            rung.reply(rung.invite_in, 200, "OK", sip.sdp(party.port))
            rung.bye_comes()
            site.gateway.wait_idle()


def test_a_phone_at_the_pbxs_address(site, tmp_path):
    speech = str(tmp_path / "speech.wav")
    sound.speak("A phone at the address of the P B X.", speech)
    phone = Baresip("phone", tmp_path, speech, sip_port=site.pbx).start()
    try:
        phone.dial("sip:9600@127.0.0.1:%d" % site.own)
        phone.wait_event("CALL_ESTABLISHED")
        time.sleep(3.5)
        phone.hang_up()
        site.gateway.wait_idle()
        sent, heard = (sound.read_wav(phone.recording(side)) for side in ("enc", "dec"))
        assert sound.echo(sent, heard)[1] > 0.9
        site.originate("200")
        phone.wait_event("CALL_INCOMING")
        phone.accept()
        phone.wait_event("CALL_ESTABLISHED")
        phone.wait_event("CALL_CLOSED")
    finally:
        phone.stop()


ANSWERS = "1\n127.0.0.1:5090\n\n\n\n"


def test_asterisks_half_is_well_formed(tmp_path):
    said, _ = wizard(tmp_path / "a.cfg", ANSWERS, "--pbx", "asterisk")
    assert "FreePBX" not in said
    pjsip, dialplan = said.split("; pjsip.conf\n")[1].split("; extensions.conf\n")
    sections = []
    for text in re.split(r"(?m)^(?=\[)", pjsip)[1:]:  # a section of one name for each type, as pjsip.conf has them
        parser = configparser.ConfigParser(inline_comment_prefixes=";")
        parser.read_string(text)
        sections += [(name, dict(parser[name])) for name in parser.sections()]
    kinds = {values["type"]: (name, values) for name, values in sections}
    assert sorted(kinds) == ["aor", "endpoint", "identify", "transport"]
    endpoint, values = kinds["endpoint"]
    assert values["aors"] == kinds["aor"][0] and kinds["identify"][1]["endpoint"] == endpoint
    assert values["transport"] == kinds["transport"][0]
    parser = configparser.ConfigParser(inline_comment_prefixes=";", delimiters=("=>",), interpolation=None)
    parser.read_string(dialplan)
    assert parser["from-internal"]["exten"] == "_0.,1,Dial(PJSIP/${EXTEN}@%s)" % endpoint
    assert parser[values["context"]]["exten"] == "_2!,1,Dial(PJSIP/${EXTEN})"


def test_a_file_that_is_there_is_left_alone(tmp_path):
    path = tmp_path / "crosspoint.cfg"
    path.write_text("! mine\n")
    said, why = wizard(path, ANSWERS, code=1)
    assert "is there already; --replace" in why and "1/5" not in said
    assert path.read_text() == "! mine\n"
    wizard(path, ANSWERS, "--replace")
    assert (tmp_path / "crosspoint.cfg.1").read_text() == "! mine\n"
    assert "peer pbx" in path.read_text()


@pytest.mark.parametrize("answers", [0, 1, 2, 3, 4])
def test_answers_that_end_early_leave_nothing(tmp_path, answers):
    _, why = wizard(tmp_path / "a.cfg", "".join(ANSWERS.splitlines(True)[:answers]), code=1)
    assert "not written: the answers ended too early" in why
    assert os.listdir(tmp_path) == []


def may_be_interrupted():
    """Whoever runs in the background passes on that SIGINT is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupt_leaves_nothing(tmp_path):
    with subprocess.Popen([binary(), "setup", "-c", str(tmp_path / "a.cfg")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, preexec_fn=may_be_interrupted) as process:
        process.stdin.write("1\n127.0.0.1:5090\n")
        process.stdin.flush()
        said = ""
        while "3/5" not in said:
            said += process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT
    assert os.listdir(tmp_path) == []


class Terminal:
    """The wizard at a terminal of its own."""

    def __init__(self, path):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            may_be_interrupted()
            os.execv(binary(), [binary(), "--setup", "-c", str(path)])
        self.said = ""

    def until(self, text):
        deadline = time.monotonic() + 60
        while text not in self.said:
            assert time.monotonic() < deadline, (text, self.said[-300:])
            if select.select([self.fd], [], [], 1)[0]:
                self.said += os.read(self.fd, 4096).decode()

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def end(self):
        """The exit code, or the number of the signal below 0."""
        try:
            ended = wait_for("the end", lambda: [w for p, w in [os.waitpid(self.pid, os.WNOHANG)] if p])
        except AssertionError:
            os.kill(self.pid, signal.SIGKILL)
            raise
        finally:
            os.close(self.fd)
        return os.waitstatus_to_exitcode(ended[0])


def test_at_a_terminal(tmp_path):
    terminal = Terminal(tmp_path / "a.cfg")
    for question, keys in (("1/5", "\r"), ("2/5", "127.0.0.1:509\x7f91\r"), ("3/5", "\r"), ("4/5", "2\r"), ("5/5", "\r")):
        terminal.until(question)
        terminal.until(": ")
        terminal.type(keys)
    terminal.until("is written. Next:")
    terminal.until("Calls that come from here")
    assert terminal.end() == 0
    assert " port 5091\n" in (tmp_path / "a.cfg").read_text()


@pytest.mark.parametrize("key, code", [("\x03", -signal.SIGINT), ("\x04", 1)])
def test_keys_that_end_it_at_a_terminal(tmp_path, key, code):
    terminal = Terminal(tmp_path / "a.cfg")
    terminal.until("[1]: ")
    terminal.type("1\r")
    terminal.until("     : ")
    terminal.type(key)
    assert terminal.end() == code
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("arguments, why", [
    (["-c", "/nowhere/at/all.cfg"], "or make that folder"),
    (["-c", "/dev/null"], "is no file"),
    (["-c", "a.cfg", "--pbx", "3cx"], "asterisk, freepbx or generic"),
])
def test_what_cannot_be_is_told_before_any_question(tmp_path, arguments, why):
    done = subprocess.run([binary(), "--setup", *arguments], input=ANSWERS, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 1 and why in done.stderr and not done.stdout


def test_the_file_is_not_for_all_eyes(tmp_path):
    wizard(tmp_path / "a.cfg", ANSWERS)
    assert stat.S_IMODE(os.stat(tmp_path / "a.cfg").st_mode) == 0o640


def test_ports_that_are_taken_are_passed_over(tmp_path):
    with sip.Agent(0) as other:
        said, _ = wizard(tmp_path / "a.cfg", "1\n127.0.0.1:5090\n127.0.0.1:%d\n\n\n\n" % other.port)
        assert "has a port that another program holds" in said
        assert wait_for("another one", lambda: " %d\n" % other.port not in (tmp_path / "a.cfg").read_text())
