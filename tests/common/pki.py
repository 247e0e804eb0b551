"""A certification authority of a few lines, for tests of TLS: openssl's own command does the work."""
import os
import subprocess


def _openssl(*words):
    subprocess.run(["openssl", *words], check=True, stdin=subprocess.DEVNULL, capture_output=True)


class Authority:
    def __init__(self, folder, name="ca"):
        self.folder, self.cert = str(folder), os.path.join(str(folder), name + ".pem")
        self._key = os.path.join(self.folder, name + ".key")
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self._key,
                 "-out", self.cert, "-subj", "/CN=" + name, "-days", "100")

    def issue(self, name, alt="", days=30, file=None):
        """(certificate, key): paths of one for that name. 0 days: it expires at once."""
        cert = os.path.join(self.folder, (file or name) + ".crt.pem")
        key, request, extra = cert[:-8] + ".key.pem", cert[:-8] + ".csr", cert[:-8] + ".ext"
        with open(extra, "w", encoding="ascii") as f:
            f.write("subjectAltName=" + (alt or "DNS:" + name))
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request,
                 "-subj", "/CN=" + name)
        _openssl("x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self._key, "-CAcreateserial", "-days",
                 str(days), "-extfile", extra, "-out", cert + ".new")
        os.rename(cert + ".new", cert)
        return cert, key
