"""HTTP Digest as SIP has it (RFC 7616), computed here: what answers a challenge, and whether an answer is right."""
import hashlib
import re

_MAKE = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def fields(header):
    """The parameters of a challenge, or of credentials."""
    return {name.lower(): quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^",\s]+))', header)}


def _response(said, method, user, password):
    def digest(*parts):
        return _MAKE[said.get("algorithm", "MD5")](":".join(parts).encode()).hexdigest()
    middle = [said["nonce"]] + ([said["nc"], said["cnonce"], said["qop"]] if "qop" in said else [])
    return digest(digest(user, said["realm"], password), *middle, digest(method, said["uri"]))


def answer(challenge, method, user, password, uri="sip:127.0.0.1", count=1):
    """The value of the (Proxy-)Authorization that a challenge wants."""
    asked = fields(challenge)
    said = {"realm": asked["realm"], "nonce": asked["nonce"], "uri": uri, "algorithm": asked.get("algorithm", "MD5"),
            "cnonce": "c", "qop": "auth", "nc": "%08x" % count}
    return ('Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s", algorithm=%s, cnonce="c", qop=auth, '
            'nc=%s' % (user, said["realm"], said["nonce"], uri, _response(said, method, user, password),
                       said["algorithm"], said["nc"]))


def is_right(header, method, user, password):
    """Does this (Proxy-)Authorization show that password?"""
    said = fields(header)
    return said.get("username") == user and said["response"] == _response(said, method, user, password)
