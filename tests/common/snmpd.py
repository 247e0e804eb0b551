"""net-snmp's master agent and its receiver of notifications, on free ports, in a folder; both read no files of the system."""
import os
import re
import signal
import subprocess

from common import ports
from common.gateway import wait_for

_LINE = re.compile(r"^\.([\d.]+) = (.*)$")


class Snmpd:
    def __init__(self, folder):
        self.folder = str(folder)
        self.port, self.trap_port = ports.any_port("udp"), ports.any_port("udp")
        self.agentx = os.path.join(self.folder, "agentx")
        self.environment = {**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": os.path.join(self.folder, "kept")}
        self._put("snmpd.conf", "rocommunity public 127.0.0.1\nagentaddress udp:127.0.0.1:%d\nmaster agentx\nagentXSocket %s\n"
                  "trap2sink 127.0.0.1:%d public\n" % (self.port, self.agentx, self.trap_port))
        self._put("snmptrapd.conf", "authCommunity log public\n")
        self.agent = self.receiver = None

    def _put(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="ascii") as f:
            f.write(text)

    def _spawn(self, program, *more):
        path = os.path.join(self.folder, program)
        return subprocess.Popen(["/usr/sbin/" + program, "-f", "-Lf", path + ".log", "-C", "-c", path + ".conf", "-p", path + ".pid", *more],
                                env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        self.agent = self._spawn("snmpd", "-I", "-smux")
        wait_for("snmpd", lambda: self.ask("snmpget", "1.3.6.1.2.1.1.3.0"), step=0.2)

    def listen(self):
        self.receiver = self._spawn("snmptrapd", "-On", "udp:127.0.0.1:%d" % self.trap_port)
        wait_for("snmptrapd", lambda: "NET-SNMP" in self.log("snmptrapd"), step=0.1)

    def log(self, program):
        try:
            with open(os.path.join(self.folder, program + ".log"), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def notifications(self):
        """Each as a dictionary from OID to value."""
        return [dict(re.findall(r"\.([\d.]+) = (?:\w+: )?([^\t]*)", line)) for line in self.log("snmptrapd").splitlines()
                if line.startswith(".")]

    def ask(self, how, oid):
        """OID to value, numbers as numbers; what is not there is left out."""
        done = subprocess.run([how, "-v2c", "-c", "public", "-On", "-Oe", "-Ot", "-t", "5", "127.0.0.1:%d" % self.port, "." + oid],
                              env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, check=False)
        found = [_LINE.match(line) for line in done.stdout.splitlines()]
        return {m.group(1): _value(m.group(2)) for m in found if m and "No Such" not in m.group(2)}

    def get(self, oid):
        return self.ask("snmpget", oid).get(oid)

    def walk(self, oid, how="snmpwalk"):
        return self.ask(how, oid)

    def stop(self, how=signal.SIGTERM):
        if self.agent and self.agent.poll() is None:
            self.agent.send_signal(how)
            self.agent.wait(20)

    def close(self):
        for process in (self.agent, self.receiver):
            if process and process.poll() is None:
                process.kill()
                process.wait()


def _value(text):
    kind, _, rest = text.partition(": ")
    if kind in ("INTEGER", "Gauge32"):
        return int(rest)
    if text.isdigit():  # Timeticks
        return int(text)
    return (rest or text).strip('"')
