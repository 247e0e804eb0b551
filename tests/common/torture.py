"""The test messages of RFC 4475 and RFC 5118, from tests/data/torture, in the notation of RFC 4475 clause 2."""
import os
import re

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "torture")


def octets(name):
    """The message as it goes on the wire: line ends CRLF, long lines joined, repeats and hex spelled out."""
    with open(os.path.join(FOLDER, name + ".msg"), encoding="ascii") as f:
        text = f.read()
    text = re.sub(r"<allOneLine>\n(.*?)\n</allOneLine>", lambda m: m.group(1).replace("\n", ""), text, flags=re.S)
    text = re.sub(r"<repeat count=(\d+)>(.*?)</repeat>", lambda m: int(m.group(1)) * m.group(2), text)
    data = text.replace("\n", "\r\n").encode("ascii")
    return re.sub(rb"<hex>([0-9A-F]*)</hex>", lambda m: bytes.fromhex(m.group(1).decode("ascii")), data)


def names():
    return sorted(f[:-4] for f in os.listdir(FOLDER) if f.endswith(".msg"))
