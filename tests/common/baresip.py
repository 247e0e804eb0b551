"""baresip as a headless phone: plays a WAV file, records what it sends and hears, driven over ctrl_tcp.

Its own traps: it binds to net_interface's address and to the next port above its SIP port (TLS); aufile is a
source only, so sndfile records; it hangs up by itself when the file that it plays ends."""
import glob
import json
import os
import queue
import re
import socket
import subprocess
import threading
import time

from common import ports
from common.gateway import end, ended_by, wait_for

_CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip}
net_interface 127.0.0.1
audio_player aubridge,nil
audio_source aufile,{speech}
audio_alert aubridge,nil
audio_channels 1
rtp_ports {rtp}-{rtp_last}
rtcp_enable yes
jitter_buffer_delay 1-2
snd_path {folder}
ctrl_tcp_listen 127.0.0.1:{ctrl}
module_path {modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module rtcpsummary.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
"""


class Baresip:
    def __init__(self, name, folder, speech, sip_port=None, user="200", more="", account=""):
        self.name, self.folder = name, os.path.join(os.path.abspath(folder), name)
        self.sip_port = sip_port or ports.block(2, "tcp")
        self.log_path = os.path.join(self.folder, "log")
        self.events, self.process, self.sock, self.streams = queue.Queue(), None, None, {}
        os.makedirs(self.folder, exist_ok=True)
        self.forget()
        rtp, self.ctrl_port = ports.block(8), ports.any_port("tcp")
        self._write("config", _CONFIG.format(
            sip=self.sip_port, speech=os.path.abspath(speech), rtp=rtp, rtp_last=rtp + 7, folder=self.folder,
            ctrl=self.ctrl_port, modules=_modules()) + more)
        account = account or "<sip:%s@127.0.0.1:%d>;regint=0" % (user, self.sip_port)
        self._write("accounts", account + ";audio_codecs=PCMA/8000/1,PCMU/8000/1\n")
        self._write("contacts", "")

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def start(self):
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(["baresip", "-f", self.folder], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        with ended_by(self.stop):
            wait_for("baresip is ready", lambda: "baresip is ready" in self.log())
        self.sock = socket.create_connection(("127.0.0.1", self.ctrl_port), timeout=60)
        self.sock.settimeout(None)
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def _read(self):
        """Netstrings of JSON: events go into the queue with their time."""
        data = b""
        while True:
            try:
                got = self.sock.recv(65536)
            except OSError:
                return
            if not got:
                return
            data += got
            while m := re.match(rb"(\d+):", data):
                end = m.end() + int(m.group(1))
                if len(data) <= end:
                    break
                message, data = json.loads(data[m.end():end]), data[end + 1:]
                if message.get("event"):
                    self.events.put((time.monotonic(), message))

    def command(self, command, params=""):
        text = json.dumps({"command": command, "params": params, "token": "t"}).encode()
        self.sock.sendall(b"%d:%s," % (len(text), text))

    def dial(self, uri):
        self.command("dial", uri)
        return time.monotonic()

    def accept(self):
        self.command("accept")

    def hang_up(self):
        self.command("hangup")

    def wait_event(self, kind, timeout=60):
        """(time, event) of the next event of this type; others before it are dropped."""
        deadline = time.monotonic() + timeout
        seen = []
        while True:
            left = deadline - time.monotonic()
            assert left > 0, "%s: no %s within %g s, but %s" % (self.name, kind, timeout, seen or "nothing")
            try:
                when, event = self.events.get(timeout=left)
            except queue.Empty:
                continue
            if event.get("type") == kind:
                return when, event
            seen.append("%s %s" % (event.get("type"), event.get("param", "")))

    def recording(self, side):
        """The newest file of what it hears ("dec") or sends ("enc"); None before there is one."""
        found = glob.glob(os.path.join(self.folder, "dump-*-%s.wav" % side))
        return max(found, key=os.path.getmtime) if found else None

    def forget(self):
        """Removes the recordings of calls that are over."""
        for old in glob.glob(os.path.join(self.folder, "dump-*.wav")):
            os.unlink(old)

    def watch_streams(self, seconds):
        """Follows both recordings as they grow, for that long. Their first samples' moments come out of it: a
        file grows when a packet is sent or heard, so now less its length is never before its begin."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for side in ("enc", "dec"):
                path = self.recording(side)
                if path:
                    begin = time.monotonic() - (os.path.getsize(path) - 44) / 16000
                    self.streams[side] = min(begin, self.streams.get(side, begin))
            time.sleep(0.002)

    def packets(self):
        """The last call's figures: as recorded, a packet each 160 samples; lost, as RTCP last reported it (there,
        here). None before baresip has summed up."""
        m = re.findall(r"PL=(\d+),(\d+)", self.log())
        sent, received = ((os.path.getsize(self.recording(side)) - 44) // 320 for side in ("enc", "dec"))
        return {"sent": sent, "received": received, "lost": sum(map(int, m[-1]))} if m else None

    def stop(self):
        end(self.process)
        if self.sock:
            self.sock.close()


def _modules():
    for path in ("/usr/lib/baresip/modules", "/usr/lib64/baresip/modules", "/usr/local/lib/baresip/modules"):
        if os.path.isdir(path):
            return path
    raise RuntimeError("baresip's modules are not where any system keeps them")
