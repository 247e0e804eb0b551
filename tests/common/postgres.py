"""A PostgreSQL server of a test's own: on a free port of 127.0.0.1, in a folder of its own, as a user without rights."""
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile

from common.gateway import end, ended_by, wait_for
from common.ports import any_port

BIN = (sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [""])[-1]


class Postgres:
    def __init__(self):
        self.folder, self.port, self.process = tempfile.mkdtemp(prefix="postgres-"), any_port("tcp"), None
        # The server refuses to run as root; Debian's package brings a user for it.
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        shutil.chown(self.folder, self.user)
        self.data = os.path.join(self.folder, "data")
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", "gateway", "-N", "--no-locale", "-E", "UTF8")

    @property
    def connection(self):
        return "host=127.0.0.1 port=%d user=gateway dbname=postgres" % self.port

    def _run(self, name, *arguments):
        how = {"user": self.user} if os.getuid() == 0 else {}
        return subprocess.run([os.path.join(BIN, name), *arguments], cwd=self.folder, check=True, capture_output=True,
                              text=True, timeout=300, **how).stdout

    def start(self):
        how = {"user": self.user} if os.getuid() == 0 else {}
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(BIN, "postgres"), "-D", self.data, "-p", str(self.port), "-k", self.folder, "-c",
                 "listen_addresses=127.0.0.1", "-c", "fsync=off"], cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, **how)
        with ended_by(self.stop):
            wait_for("the database", self._answers)
        return self

    def _answers(self):
        return subprocess.run([os.path.join(BIN, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False,
                              timeout=60).returncode == 0

    def ask(self, sql):
        """Rows of texts."""
        out = self._run("psql", "-X", "-q", "-A", "-t", "-F", "|", "-d", self.connection, "-c", sql)
        return [tuple(line.split("|")) for line in out.splitlines()]

    def stop(self):
        """At once, connections or not."""
        end(self.process, signal.SIGQUIT)

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
