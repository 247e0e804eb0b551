"""A FreeRADIUS server of a test's own, for accounting alone: on a free port of 127.0.0.1, in a folder of its own. What
it accepts goes into one file."""
import os
import re
import shutil
import subprocess
import tempfile

from common.gateway import end, ended_by, wait_for
from common.ports import any_port

CONFIG = """
prefix = /usr
raddbdir = {folder}
libdir = /usr/lib/freeradius
logdir = {folder}
run_dir = {folder}
db_dir = {folder}
name = freeradius
pidfile = {folder}/pid
max_request_time = 5
cleanup_delay = 5
log {{
	destination = stdout
}}
security {{
	allow_core_dumps = no
}}
thread pool {{
	start_servers = 1
	max_servers = 2
}}
client one {{
	ipaddr = 127.0.0.1
	secret = {secret}
}}
modules {{
	detail {{
		filename = {folder}/detail
		permissions = 0600
	}}
}}
server default {{
	listen {{
		type = acct
		ipaddr = 127.0.0.1
		port = {port}
	}}
	accounting {{
		detail
	}}
}}
"""


class FreeRadius:
    secret = "test-secret"

    def __init__(self):
        self.folder, self.port, self.process = tempfile.mkdtemp(prefix="radius-"), any_port("udp"), None
        with open(os.path.join(self.folder, "radiusd.conf"), "w", encoding="ascii") as f:
            f.write(CONFIG.format(folder=self.folder, port=self.port, secret=self.secret))
        with open(os.path.join(self.folder, "dictionary"), "w", encoding="ascii"):
            pass

    def start(self):
        with open(os.path.join(self.folder, "log"), "w", encoding="ascii") as log:
            self.process = subprocess.Popen(["freeradius", "-f", "-l", "stdout", "-d", self.folder], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)
        with ended_by(self.stop):
            wait_for("FreeRADIUS", lambda: "Ready to process requests" in self._text("log"))
        return self

    def _text(self, name):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as f:
            return f.read()

    def accepted(self):
        """The attributes of each request, as text."""
        whole = self._text("detail").split("\n\n")[:-1]  # what is behind the last empty line is being written
        return [dict(re.findall(r'^\t([\w-]+) = "?(.*?)"?$', block, re.M)) for block in whole]

    def stop(self):
        end(self.process)

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
