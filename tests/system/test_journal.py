"""The log in systemd's journal: a real journald, in a mount namespace of its own."""
import json
import os
import subprocess

import pytest

from common.cli import Cli
from common.gateway import binary, wait_for
from common.sip import sdp

START = r"""set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal /run/systemd/journald.conf.d /run/log/journal
printf '[Journal]\nAudit=no\nReadKMsg=no\n' >/run/systemd/journald.conf.d/own.conf
setpriv --pdeathsig KILL /lib/systemd/systemd-journald >/dev/null 2>&1 &
until [ -S /run/systemd/journal/socket ] && [ -S /run/systemd/journal/stdout ]; do kill -0 $!; sleep 0.05; done
exec systemd-cat -t crosspoint sh -c 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"' sh "$@"
"""

NAMESPACE = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/run"]
pytestmark = pytest.mark.skipif(not os.path.exists("/etc/machine-id") or subprocess.run(NAMESPACE, capture_output=True, timeout=30).returncode != 0,
                                reason="no mount namespace of one's own here, or no id of the machine")


class Journal:
    """The gateway under a journald of its own; both end with the block."""

    def __init__(self, gateway):
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "-m", "sh", "-c", START, "sh", binary(), "-c", gateway.config, "--state", gateway.folder],
            stdin=subprocess.DEVNULL, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """journald is a child of the gateway, and dies with it."""
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait()

    def find(self, *fields):
        """The entries that have all these fields."""
        run = subprocess.run(["journalctl", "--directory", "/proc/%d/root/run/log/journal" % self.process.pid, "-o", "json", "--all", "--no-pager", *fields],
                             capture_output=True, text=True, timeout=60)
        return [json.loads(line) for line in run.stdout.splitlines()]


def reached(port):
    try:
        Cli(port).close()
        return True
    except OSError:
        return False


def test_lines_of_a_call_are_found_by_fields(own, rtp):
    gateway = own()
    gateway.end()
    with Journal(gateway) as journal:
        wait_for("the command line", lambda: reached(gateway.ports.cli))
        gateway.wait_trunks()
        with gateway.phone() as phone:
            call = phone.call("600", sdp(rtp().port))
            call.answered()
            call.bye()
        gateway.wait_idle(60)
        ended = wait_for("the end of the call", lambda: journal.find("PEER=phones", "TRUNK=pstn"), step=0.2)
        assert len(ended) == 1, ended
        line = ended[0]
        assert line["MESSAGE"].startswith("call: call %s: from peer phones 100 to trunk pstn 600 e1-1/1: answered" % line["CALL_ID"]), line
        assert line["CHANNEL"] == "e1-1/1" and line["PRIORITY"] == "5" and line["SYSLOG_IDENTIFIER"] == "crosspoint" and line["CATEGORY"] == "call"
        assert line["_TRANSPORT"] == "journal" and line["CODE_FILE"].endswith("call_record.c") and line["RECORD_ID"]
        assert line in journal.find("CALL_ID=" + line["CALL_ID"])
        assert not journal.find("CALL_ID=4000000000")
        ready = [e for e in journal.find("_TRANSPORT=stdout") if ": ready;" in str(e["MESSAGE"])]
        assert len(ready) == 1  # what is no line of the log is there, too
        gateway.cli.run("test span e1-1 cut")
        raised = wait_for("the alarm", lambda: journal.find("ALARM=span-red"), step=0.2)
        assert {r["OBJECT"] for r in raised} <= {"e1-1", "e1-2"} and raised[0]["ALARM_STATE"] == "raised" and raised[0]["MESSAGE"].startswith("alarm: raised: "), raised
