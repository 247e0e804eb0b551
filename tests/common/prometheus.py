"""A Prometheus of the test's own, on a free port."""
import json
import os
import subprocess
import urllib.parse
import urllib.request

from common import ports
from common.gateway import end, ended_by, wait_for


class Prometheus:
    """Scrapes the targets every second, with the token."""

    def __init__(self, folder, target, token):
        self.folder, self.port, self.process = str(folder), ports.any_port("tcp"), None
        self.file = os.path.join(self.folder, "prometheus.yml")
        with open(self.file, "w", encoding="utf-8") as f:
            f.write("global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: crosspoint\n"
                    "  authorization: {credentials: %s}\n  static_configs: [{targets: ['%s']}]\n" % (token, target))

    def __enter__(self):
        with open(os.path.join(self.folder, "prometheus.log"), "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", "--config.file=" + self.file, "--storage.tsdb.path=" + os.path.join(self.folder, "data"),
                 "--web.listen-address=127.0.0.1:%d" % self.port], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        with ended_by(self.__exit__):
            wait_for("Prometheus ready", self._ready, step=0.2)
        return self

    def _ready(self):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/-/ready" % self.port, timeout=60):
                return True
        except OSError:
            return False

    def __exit__(self, *_):
        end(self.process)

    def _ask(self, path, **query):
        url = "http://127.0.0.1:%d/api/v1/%s?%s" % (self.port, path, urllib.parse.urlencode(query))
        with urllib.request.urlopen(url, timeout=60) as answer:
            said = json.load(answer)
        assert said["status"] == "success", said
        return said["data"]

    def query(self, expression):
        """[(labels, value)]"""
        return [(row["metric"], float(row["value"][1])) for row in self._ask("query", query=expression)["result"]]

    def targets(self):
        return self._ask("targets")["activeTargets"]
