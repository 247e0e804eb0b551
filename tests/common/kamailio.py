"""Kamailio as a real proxy, registrar or dispatcher: one process group of our own, on an address of this machine,
ended by its id. Its script is what the test says, behind what every proxy does."""
import os
import subprocess

from common import ports
from common.gateway import end, ended_by, wait_for

HOST = "127.0.0.7"

_HEAD = """\
#!KAMAILIO
debug=1
log_stderror=yes
children=2
tcp_children=2
disable_core_dump=yes
auto_aliases=no
dns=no
rev_dns=no
{listen}
mpath="{modules}"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
modparam("tm", "fr_timer", 5000)
modparam("tm", "fr_inv_timer", 20000)
modparam("tm", "failure_reply_mode", 3)
{load}
request_route {{
	if (!mf_process_maxfwd_header("10")) {{
		sl_send_reply("483", "Too Many Hops");
		exit;
	}}
	if (is_method("CANCEL")) {{
		if (t_check_trans()) t_relay();
		exit;
	}}
	t_check_trans();
	if (has_totag()) {{
		loose_route();
		t_relay();
		exit;
	}}
	if (is_method("INVITE")) record_route();
	route(NEW);
}}
"""


class Kamailio:
    """script: route[NEW] and whatever else it needs; load: its modules and their parameters."""

    def __init__(self, folder, script, load="", transports=("udp", "tcp"), listen=()):
        self.port = ports.both(HOST)
        self.config, self.log_path = os.path.join(folder, "kamailio.cfg"), os.path.join(folder, "kamailio.log")
        lines = ["listen=%s:%s:%d" % (t, HOST, self.port) for t in transports] + list(listen)
        if not {"tcp", "tls"} & set(transports):
            lines.append("disable_tcp=yes")
        with open(self.config, "w", encoding="ascii") as f:
            f.write(_HEAD.format(listen="\n".join(lines), modules=_modules(), load=load) + script)
        self.process = None
        self.run_folder = folder

    def start(self):
        check = subprocess.run(["kamailio", "-c", "-f", self.config], capture_output=True, text=True, check=False)
        assert check.returncode == 0, check.stderr[-2000:]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                ["kamailio", "-DD", "-E", "-f", self.config, "-m", "32", "-M", "4", "-Y", self.run_folder],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        with ended_by(self.stop):
            wait_for("kamailio listens", self._listens)
        return self

    def _listens(self):
        assert self.process.poll() is None, self.log()[-2000:]
        return not ports.is_free(self.port, "udp", HOST)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def stop(self):
        end(self.process)


def _modules():
    for path in ("/usr/lib/x86_64-linux-gnu/kamailio/modules/", "/usr/lib/aarch64-linux-gnu/kamailio/modules/",
                 "/usr/lib64/kamailio/modules/", "/usr/local/lib64/kamailio/modules/"):
        if os.path.isdir(path):
            return path
    raise RuntimeError("kamailio's modules are not where any system keeps them")
