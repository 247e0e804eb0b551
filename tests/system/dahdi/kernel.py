"""DAHDI as the tests handle it beside the gateway: its modules, and spans that are taken away and given back."""
import errno
import fcntl
import glob
import os
import struct
import subprocess

_MODULES = ("dahdi.ko auto_assign_spans=1", "dahdi_dynamic.ko", "dahdi_dynamic_loc.ko")
_SPAN = struct.Struct("20s40siii")  # struct dahdi_dynamic_span of dahdi/user.h
_CREATE = 3 << 30 | _SPAN.size << 16 | 0xDA << 8 | 80
_DESTROY = 1 << 30 | _SPAN.size << 16 | 0xDA << 8 | 81
_DEVICES = "/sys/bus/dahdi_devices/devices"


def load():
    for module in _MODULES:
        subprocess.run("busybox insmod build/vm/modules/" + module, shell=True, check=True)


def unload():
    for module in reversed(_MODULES):
        subprocess.run(["busybox", "rmmod", module.split(".", maxsplit=1)[0]], check=True)


def is_loaded():
    return os.path.exists("/dev/dahdi/ctl")


def _write(path, text):
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


def _device(address):
    for path in glob.glob(_DEVICES + "/*"):
        with open(path + "/hardware_id", encoding="ascii") as f:
            if f.read().strip() == "DYN/loc/" + address:
                return path
    raise LookupError("no dynamic span loc " + address)


def spans():
    """The addresses of the dynamic spans that there are."""
    found = []
    for path in glob.glob("/sys/bus/dahdi_spans/devices/*/name"):
        with open(path, encoding="ascii") as f:
            found.append(f.read().strip().rsplit("/", 1)[1])
    return sorted(found)


def take_span(address):
    """As a card is taken out: also from under programs that have its channels open."""
    _write(_device(address) + "/unassign_span", "1")


def give_span(address):
    _write(_device(address) + "/auto_assign", "1")


def create(address, channels):
    with open("/dev/dahdi/ctl", "r+b", buffering=0) as ctl:
        fcntl.ioctl(ctl, _CREATE, bytearray(_SPAN.pack(b"loc", address.encode(), channels, 0, 0)))


def destroy(address):
    """False while a program has its channels open."""
    ctl = os.open("/dev/dahdi/ctl", os.O_RDWR)
    try:
        fcntl.ioctl(ctl, _DESTROY, _SPAN.pack(b"loc", address.encode(), 0, 0, 0))
    except OSError as e:
        if e.errno == errno.EBUSY:
            return False
        raise
    finally:
        os.close(ctl)
    return True


def destroy_all():
    for address in spans():
        assert destroy(address), "%s is still open" % address


def messages():
    return subprocess.run(["dmesg"], capture_output=True, text=True, check=True).stdout
