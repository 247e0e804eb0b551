"""A machine with systemd of its own, on a copy of this system that forgets all changes; only the network is shared. For root."""
import os
import re
import subprocess

from common.gateway import ROOT, wait_for

_NAMESPACES = ["--mount", "--pid", "--ipc", "--uts", "--cgroup"]


def possible():
    """May namespaces be made here, and is there a systemd for them?"""
    return (os.geteuid() == 0 and os.path.exists("/lib/systemd/systemd") and _cgroup2() is not None
            and subprocess.run(["unshare", *_NAMESPACES, "--fork", "true"], check=False, stderr=subprocess.DEVNULL).returncode == 0)


def _cgroup2():
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        found = re.search(r"(?m)^\S+ \S+ \S+ / (\S+) .* - cgroup2 ", f.read())
    return found and found.group(1)


class Machine:
    def __init__(self, folder):
        self.folder = str(folder)
        self.cgroup = os.path.join(_cgroup2(), "crosspoint-test.%d" % os.getpid())
        self.shell = self.first = None

    def __enter__(self):
        os.mkdir(self.cgroup)
        self.shell = subprocess.Popen(
            ["sh", "-c", 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"', "sh", self.cgroup, "unshare", *_NAMESPACES, "--fork",
             "--kill-child", os.path.join(ROOT, "tests", "common", "machine-boot"), self.folder],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            self.first = wait_for("the machine's first process", self._child)
            wait_for("systemd", lambda: self.run("systemctl", "is-system-running", code=None).strip() in ("running", "degraded"),
                     60, 0.2)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _child(self):
        assert self.shell.poll() is None, "the machine did not start"
        with open("/proc/%d/task/%d/children" % (self.shell.pid, self.shell.pid), encoding="ascii") as f:
            return f.read().split()[:1]

    def __exit__(self, *_):
        """All that runs there goes with its first process."""
        self.shell.kill()
        self.shell.wait()
        wait_for("an empty cgroup", self._gone, 20, 0.1)

    def _gone(self):
        for path, _, _ in os.walk(self.cgroup, topdown=False):
            try:
                os.rmdir(path)
            except OSError:
                return False
        return True

    def command(self, *command):
        return ["nsenter", "--target", *self.first, "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--wd=/", *command]

    def run(self, *command, code=0, given=None, timeout=120):
        """What the command says there; code: how it must end, None: in any way."""
        done = subprocess.run(self.command(*command), input=given or "", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=timeout, check=False)
        assert code is None or done.returncode == code, "%s: %s\n%s" % (" ".join(command), done.returncode, done.stdout[-3000:])
        return done.stdout

    def put(self, path, text):
        self.run("tee", path, given=text)

    def property(self, unit, name):
        """As systemd knows it."""
        return self.run("systemctl", "show", "--property", name, "--value", unit).strip()
