"""sipp as an independent SIP peer, bounded in time."""
import os
import subprocess

from common import ports
from common.gateway import wait_for

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "system", "sipp")


class Sipp:
    """One run of a scenario. more: further arguments; keys: [name] in the scenario."""

    def __init__(self, scenario, gateway_port, folder, number="600", calls=1, host="127.0.0.1", port=0, more=(),
                 **keys):
        self.name, self.port = os.path.basename(scenario), port
        self.stdout = os.path.join(folder, "sipp-%s-%d.log" % (self.name, id(self) % 100000))
        self.errors = self.stdout + ".errors"
        args = ["sipp", "127.0.0.1:%d" % gateway_port, "-i", host, "-sf", os.path.join(FOLDER, scenario + ".xml"),
                "-s", number, "-m", str(calls), "-nostdin", "-timeout", "60s", "-timeout_error", "-trace_err",
                "-error_file", self.errors]
        if port:
            args += ["-p", str(port)]
        for key, value in keys.items():
            args += ["-key", key, str(value)]
        with open(self.stdout, "wb") as log:
            self.process = subprocess.Popen(args + list(map(str, more)), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, env={**os.environ, "TERM": "dumb"})
        if port:
            wait_for("sipp listens", lambda: not ports.is_free(port, "udp", host))

    def finish(self, timeout=60):
        """Waits for the end; AssertionError with sipp's own words unless every call went as the scenario says."""
        try:
            rc = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            rc = "no end"
        assert rc == 0, "sipp %s: %s\n%s\n%s" % (self.name, rc, _tail(self.errors), _tail(self.stdout))

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def _tail(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()[-2500:]
    except OSError:
        return ""
