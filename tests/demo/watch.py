"""Prints states and channels as they change, seen through the gateway's own `show ... json`."""
import threading
import time

from common.cli import Cli

_BEGIN = time.monotonic()
_LOCK = threading.Lock()


def say(text):
    with _LOCK:
        print(text, flush=True)


def stamp(text):
    say("%8.3f  %s" % (time.monotonic() - _BEGIN, text))


class Watch(threading.Thread):
    def __init__(self, cli_port):
        super().__init__(daemon=True)
        self.cli, self.ending, self.seen = Cli(cli_port), threading.Event(), {}
        self._look(quiet=True)
        self.start()

    def run(self):
        try:
            while not self.ending.wait(0.04):
                self._look()
        except OSError as e:
            stamp("the command line is gone: %s" % e)

    def _look(self, quiet=False):
        now = {}
        for s in self.cli.json("trunks"):
            now["trunk " + s["name"]] = "layer 1 %s, layer 2 %s" % (s["layer1"], s["layer2"])
        channels = self.cli.json("channels")
        down = [c for c in channels if c["state"] == "down"]
        for c in channels:
            if c["state"] != "down":
                now["channel " + c["name"]] = "%s %s" % (c["state"], "call %s" % c["call"] if c["call"] else "")
        for trunk in {c["trunk"] for c in channels}:
            now["channels of " + trunk] = "%d down" % sum(c["trunk"] == trunk for c in down)
        for c in self.cli.json("calls"):
            now["call %s" % c["id"]] = "%s, %s (%s) to %s (%s)" % (
                c["state"], c["calling"] or "-", c["from"] or "-", c["called"], c["to"] or "-")
        if not quiet:
            self._report(now)
        self.seen = now

    def _report(self, now):
        for name, state in now.items():
            before = self.seen.get(name)
            if before is None and state.strip() in ("idle", "0 down"):
                continue  # up again with its trunk, which is said already
            if before != state:
                stamp("%-20s %s" % (name, state))
        for name in self.seen:
            if name not in now and not name.startswith("channel "):
                stamp("%-20s gone" % name)

    def stop(self):
        self.ending.set()
        self.join(5)
        self.cli.close()
