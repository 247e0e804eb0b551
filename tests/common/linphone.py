"""linphonec as a headless phone, driven by its own command line; what it hears goes into a file.

Its own traps: it makes no sockets while it believes that there is no network (auto_net_state_mon), or for a folder that
it cannot have, and keeps a database in HOME."""
import os
import subprocess
import threading

from common import ports
from common.gateway import wait_for

_CONFIG = """\
[sip]
sip_port={udp}
sip_tcp_port={tcp}
sip_tls_port={tls}
bind_address=127.0.0.1
contact=sip:{user}@127.0.0.1:{port}
guess_hostname=0
auto_net_state_mon=0
use_ipv6=0
root_ca={ca}
verify_server_certs=1
verify_server_cn=1
publish_presence=0
register_only_when_network_is_up=0
default_proxy=0
[rtp]
audio_rtp_port={rtp}
[sound]
echocancellation=0
[video]
enabled=0
capture=0
display=0
automatically_initiate=0
automatically_accept=0
[audio_codec_0]
mime=PCMA
rate=8000
enabled=1
[audio_codec_1]
mime=PCMU
rate=8000
enabled=1
"""


class Linphone:
    def __init__(self, folder, port, transport="udp", user="200", ca="", more=""):
        self.folder, self.transport, self.said = os.path.join(str(folder), "linphone"), transport, ""
        self.heard = os.path.join(self.folder, "heard.wav")
        for part in (".local/share/linphone", "linphone"):
            os.makedirs(os.path.join(self.folder, part), exist_ok=True)
        path = os.path.join(self.folder, "rc")
        at = {t: port if t == transport else -1 for t in ("udp", "tcp", "tls")}
        with open(path, "w", encoding="ascii") as f:
            f.write(_CONFIG.format(port=port, user=user, rtp=ports.block(2), ca=ca, **at) + more)
        data = os.path.join(self.folder, ".local/share")
        home = {"HOME": self.folder, "XDG_CONFIG_HOME": self.folder, "XDG_DATA_HOME": data}
        self.process = subprocess.Popen(
            ["linphonec", "-c", path, "-d", "5", "-l", os.path.join(self.folder, "log")], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **home, "TERM": "dumb"}, cwd=self.folder,
            start_new_session=True)
        threading.Thread(target=self._read, daemon=True).start()
        self.command("soundcard use files")
        self.wait("Using wav files")
        self.command("record " + self.heard)

    def _read(self):
        while data := self.process.stdout.read1(4096):
            self.said += data.decode("utf-8", "replace")

    def command(self, line):
        """What was said before is forgotten."""
        self.said = ""
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def wait(self, text, timeout=60):
        try:
            wait_for("linphone says " + text, lambda: text in self.said, timeout)
        except AssertionError as e:
            raise AssertionError("%s, but: %s" % (e, self.said[-600:])) from e

    def call(self, number, port):
        self.command("call sip:%s@127.0.0.1:%d;transport=%s" % (number, port, self.transport))
        self.wait("Media streams established")

    def stop(self):
        if self.process.poll() is not None:
            return
        try:
            self.command("quit")
            self.process.wait(5)
        except (subprocess.TimeoutExpired, OSError):
            self.process.kill()
            self.process.wait()
