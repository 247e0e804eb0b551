"""Call records are kept as long, and as many, as the configuration says, and no longer."""
import contextlib
import os
import sqlite3
import time

from common.gateway import wait_for
from common.sip import sdp

_DAY = 24 * 3600
_MEGABYTE = 1024 * 1024


def _journal(gateway):
    return sorted(n for n in os.listdir(gateway.folder) if n.startswith("calls.jsonl") and not n.endswith(".open"))


def _ask(gateway, sql):
    with contextlib.closing(sqlite3.connect(os.path.join(gateway.folder, "records.db"), timeout=60)) as db, db:
        return db.execute(sql).fetchall()


def _ids(gateway):
    """None, as long as there is no table."""
    tables = _ask(gateway, "SELECT name FROM sqlite_master WHERE name = 'call_records'")
    return _ask(gateway, "SELECT id FROM call_records") if tables else []


def _call(gateway, rtp):
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered(60)
        call.bye()
        gateway.wait_idle(60)


def test_what_is_older_than_so_many_days_goes(own, rtp):
    """Of the journal's files that are read, and of the rows: the day before yesterday's stay."""
    gateway = own(extra="records\n file calls.jsonl\n store sqlite records.db\n keep days 3\n")
    _call(gateway, rtp)
    wait_for("the rows", lambda: len(_ids(gateway)) == 2)
    gateway.end()
    journal = os.path.join(gateway.folder, "calls.jsonl")
    os.rename(journal, journal + ".1")
    with open(journal + ".2", "x", encoding="ascii"):
        pass
    for number, days in ((1, 4), (2, 2)):
        os.utime("%s.%d" % (journal, number), (time.time() - days * _DAY,) * 2)
    first, second = (i for i, in _ask(gateway, "SELECT id FROM call_records ORDER BY id"))
    for row, days in ((first, 4), (second, 2)):
        _ask(gateway, "UPDATE call_records SET setup = strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', 'now', '-%d days') "
                      "WHERE id = '%s'" % (days, row))
    gateway.up()
    wait_for("the old row gone", lambda: _ask(gateway, "SELECT id FROM call_records") == [(second,)])
    wait_for("the old file gone", lambda: _journal(gateway) == ["calls.jsonl", "calls.jsonl.2"])


def test_what_is_more_than_so_many_megabytes_goes(own, rtp):
    """The oldest of the journal's files first."""
    gateway = own(extra="records\n file calls.jsonl\n no store sqlite\n rotate megabytes 8\n keep megabytes 16\n")
    _call(gateway, rtp)
    gateway.end()
    journal = os.path.join(gateway.folder, "calls.jsonl")
    with open(journal, encoding="ascii") as f:
        line = f.read().splitlines(keepends=True)[0]
    for number in (1, 2, 3):
        with open("%s.%d" % (journal, number), "w", encoding="ascii") as f:
            f.write(line * (6 * _MEGABYTE // len(line)))
    gateway.up()
    wait_for("the oldest file gone", lambda: _journal(gateway) == ["calls.jsonl", "calls.jsonl.2", "calls.jsonl.3"])
