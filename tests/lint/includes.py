"""Who may include whom: a folder includes itself and anything lower, never sideways, never up, and no cycles."""
import re
import subprocess
import sys

LAYERS = {
    "gateway/base": 0,
    "gateway/rtp": 1, "codecs": 1, "drivers": 1,
    "gateway/mg": 2, "gateway/records": 2,
    "gateway/call": 3,
    "gateway/sip": 4, "gateway/pstn": 4, "gateway/megaco": 4,
    "gateway/manage": 5,
    "gateway": 6,
}
MANAGE_LAYERS = ["cli", "config", "setup", "show", "webhooks", "snmp", "http"]
SIP_LAYERS = ["text", "agent", "guard", "peer", "session", "registrar", ""]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def folder(path):
    """The layer folder that a path belongs to: the longest of LAYERS that it lies in."""
    inside = [f for f in LAYERS if path.startswith(f + "/")]
    return max(inside, key=len) if inside else None


def resolve(name, files):
    return next((p for p in (name, "gateway/" + name) if p in files), None)


def allowed(path, target):
    here, there = folder(path), folder(target)
    if here == there:
        return INSIDE.get(here, lambda *_: True)(path, target)
    return LAYERS[there] < LAYERS[here]


def sip_allowed(path, target):
    """The folders under sip/ lie above each other in this order; sip/ itself is on top."""
    here, there = ("/".join(p.split("/")[2:-1]) for p in (path, target))
    return here == there or SIP_LAYERS.index(there) < SIP_LAYERS.index(here)


def pstn_allowed(path, target):
    """Protocols under pstn/ are strangers to each other; a protocol includes pstn/ itself."""
    here, there = path.split("/")[2:-1], target.split("/")[2:-1]
    return here == there or not there or path == "gateway/pstn/protocols.c"


def manage_allowed(path, target):
    """The folders under manage/ lie above each other in this order; what is in manage/ itself is for all, and may use all."""
    here, there = (path.split("/")[2:-1], target.split("/")[2:-1])
    return not here or not there or MANAGE_LAYERS.index(there[0]) <= MANAGE_LAYERS.index(here[0])


INSIDE = {"gateway/pstn": pstn_allowed, "gateway/sip": sip_allowed, "gateway/manage": manage_allowed}


def stem(path):
    return path.rsplit(".", 1)[0]


def cycles(edges):
    """Stems that lie on an include cycle (depth-first, with colours)."""
    found, state = [], {}

    def visit(node, trail):
        state[node] = "open"
        for nxt in sorted(edges.get(node, ())):
            if state.get(nxt) == "open":
                found.append(" -> ".join(trail[trail.index(nxt):] + [nxt]))
            elif nxt not in state:
                visit(nxt, trail + [nxt])
        state[node] = "done"

    for node in sorted(edges):
        if node not in state:
            visit(node, [node])
    return found


def main():
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "gateway", "drivers", "codecs"],
                         capture_output=True, text=True, check=True).stdout
    files = {f for f in out.split() if f.endswith((".c", ".h"))}
    faults, edges = [], {}
    for path in sorted(files):
        with open(path, encoding="utf-8") as source:
            names = INCLUDE.findall(source.read())
        for name in names:
            target = resolve(name, files)
            if not target:
                faults.append(f"{path}: includes {name}, which is no file of ours; use <> for libraries")
            elif not allowed(path, target):
                faults.append(f"{path}: may not include {target} (see LAYERS in {__file__})")
            elif stem(path) != stem(target):
                edges.setdefault(stem(path), set()).add(stem(target))
    faults += ["include cycle: " + c for c in cycles(edges)]
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults or not files else 0


sys.exit(main())
