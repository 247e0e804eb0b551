"""The gateway as a process: started, waited for, asked, ended."""
import contextlib
import os
import re
import signal
import subprocess
import time

from common.cli import Cli

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def wait_for(what, condition, timeout=60, step=0.02):
    """The condition's first true value; AssertionError when it stays false. The time is for a machine that is busy with
    much else: give less only where being soon is what the test is about."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "not within %g s: %s" % (timeout, what)
        time.sleep(step)


def end(process, number=signal.SIGTERM):
    """Asked to end, and ended when it does not."""
    if not process or process.poll() is not None:
        return
    process.send_signal(number)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def ended_by(stop):
    """What was started and does not come up is stopped: it would go on beside all later tests."""
    try:
        yield
    except BaseException:
        stop()
        raise


def binary():
    return os.path.abspath(os.environ.get("CROSSPOINT", os.path.join(ROOT, "build", "crosspoint")))


class Gateway:
    def __init__(self, config, log, cli_port):
        self.config, self.log_path, self.cli_port = config, log, cli_port
        self.process = self._cli = None

    def start(self, timeout=60, environment=None):
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [binary(), "-c", self.config, "--state", os.path.dirname(self.log_path)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, **environment} if environment else None)
        deadline = time.monotonic() + timeout
        while not re.search(r"^crosspoint .*: ready", self.log(), re.M):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError("the gateway did not start:\n" + self.log())
            time.sleep(0.02)
        return self

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    @property
    def cli(self):
        """One session that stays open."""
        if not self._cli:
            self._cli = Cli(self.cli_port)
        return self._cli

    def close_cli(self):
        if self._cli:
            self._cli.close()
        self._cli = None

    def channels(self, *states):
        """Channels, or those in the given states."""
        return [c for c in self.cli.json("channels") if not states or c["state"] in states]

    def trunks_up(self):
        return all(t["span_ok"] and t["layer2"] == "up" for t in self.cli.json("trunks"))

    def idle(self):
        """No call, no channel in use, no context."""
        return (not self.cli.json("calls") and not self.channels("setup", "alerting", "active", "clearing")
                and self.cli.json("media")["contexts"] == 0)

    def wait_idle(self, timeout=60):
        wait_for("all calls gone, all channels idle", self.idle, timeout)

    def wait_trunks(self, timeout=60):
        wait_for("every span and D channel up", self.trunks_up, timeout)

    def stop(self, timeout=60):
        """SIGTERM; the exit code, or None when it had to be killed."""
        self.close_cli()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        self.close_cli()
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
