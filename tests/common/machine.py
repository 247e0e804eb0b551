"""A machine with systemd of its own, on a copy of this system that forgets all changes; only the network is shared. For root."""
import contextlib
import os
import pathlib
import re
import subprocess
import tempfile

from common.gateway import ROOT, wait_for

_NAMESPACES = ["--mount", "--pid", "--ipc", "--uts", "--cgroup"]
_SYSTEMD = ["/lib/systemd/systemd", "--system", "--log-target=null", "--unit=basic.target"]


def possible():
    """Would a machine begin here? All that it needs is tried, but for systemd itself."""
    if os.geteuid() != 0 or not os.path.exists(_SYSTEMD[0]) or not _cgroup2():
        return False
    with contextlib.suppress(OSError), tempfile.TemporaryDirectory() as folder, _own_cgroup() as cgroup:
        return subprocess.run(_boot(cgroup, folder, "/bin/true"), check=False, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=60).returncode == 0
    return False


def _boot(cgroup, folder, *command):
    return ["sh", "-c", 'echo $$ >"$1/cgroup.procs" && shift && exec setpriv --pdeathsig KILL "$@"', "sh", cgroup, "unshare", *_NAMESPACES, "--fork",
            "--kill-child", os.path.join(ROOT, "tests", "common", "machine-boot"), folder, *command]


def _cgroup2():
    with open("/proc/self/mountinfo", encoding="utf-8") as f:
        found = re.search(r"(?m)^\S+ \S+ \S+ / (\S+) .* - cgroup2 ", f.read())
    return found and found.group(1)


@contextlib.contextmanager
def _own_cgroup():
    """A control group, which must be empty in the end."""
    path = os.path.join(_cgroup2(), "crosspoint-test.%d" % os.getpid())
    os.mkdir(path)
    try:
        yield path
    finally:
        wait_for("an empty cgroup", lambda: _removed(path), 20, 0.1)


def _removed(cgroup):
    for path, _, _ in os.walk(cgroup, topdown=False):
        try:
            os.rmdir(path)
        except OSError:
            return False
    return True


class Machine:
    def __init__(self, folder):
        self.folder = str(folder)
        self.stack = contextlib.ExitStack()
        self.shell = self.first = None

    def __enter__(self):
        cgroup = self.stack.enter_context(_own_cgroup())
        self.shell = subprocess.Popen(_boot(cgroup, self.folder, *_SYSTEMD), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            self.first = wait_for("the machine's first process", self._child, 60)
            wait_for("systemd", lambda: self.run("systemctl", "is-system-running", code=None).strip() in ("running", "degraded"),
                     60, 0.2)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _child(self):
        """The first process, once it is systemd: before, its root is this system's own, and a command would run here."""
        assert self.shell.poll() is None, "the machine did not start"
        with open("/proc/%d/task/%d/children" % (self.shell.pid, self.shell.pid), encoding="ascii") as f:
            first = f.read().split()[:1]
        with contextlib.suppress(OSError):
            if first and pathlib.Path("/proc/%s/comm" % first[0]).read_text(encoding="ascii") == "systemd\n":
                return first
        return None

    def __exit__(self, *_):
        """All that runs there goes with its first process."""
        self.shell.kill()
        self.shell.wait()
        self.stack.close()

    def command(self, *command):
        return ["nsenter", "--target", *self.first, "--mount", "--pid", "--ipc", "--uts", "--cgroup", "--wdns=/", *command]

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
