"""Call records: whatever moment the gateway is killed at, every call has one record."""
import contextlib
import csv
import io
import json
import os
import random
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from common.cli import Cli, CliError
from common.freeradius import FreeRadius
from common.gateway import binary, wait_for
from common.postgres import Postgres
from common.sip import sdp

RECORDS = "records\n file calls.jsonl\n"
ENDED = re.compile(r" call: call (\d+): from .* cause \d+")


def records(gateway, torn=False):
    """Every line of all the journal's files is JSON, and no id comes twice. torn: a kill may have left a part of the last
    one, a write may be under way, and there may be no file behind a rotated one."""
    text = ""
    for name in sorted((n for n in os.listdir(gateway.folder) if re.fullmatch(r"calls\.jsonl(\.\d+)?", n)),
                       key=lambda n: int(n[12:] or sys.maxsize)):
        with open(os.path.join(gateway.folder, name), encoding="ascii") as f:
            text += f.read()
    if torn:
        text = text[:text.rfind("\n") + 1]
    assert not text or text.endswith("\n")
    found = [json.loads(line) for line in text.splitlines()]
    assert len({r["id"] for r in found}) == len(found), "a record is there twice"
    return found


def alarms(gateway):
    """Those about records: on a busy machine others may stand."""
    return [a for a in gateway.cli.json("alarms") if a["alarm"].startswith("records")]


def in_progress(gateway):
    with open(os.path.join(gateway.folder, "calls.jsonl.open"), encoding="ascii") as f:
        return [json.loads(line) for line in f if line.strip()]


def test_call_leaves_its_record(own, rtp):
    gateway = own(extra=RECORDS)
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        assert [r["end"] for r in in_progress(gateway)] == ["open"] * 2
        call.bye()
        gateway.wait_idle()
    ours = [r for r in records(gateway) if r["to"]["kind"] == "trunk"]
    assert len(ours) == 1
    assert (ours[0]["called"], ours[0]["cause"], ours[0]["released_by"], ours[0]["end"]) == ("600", 16, "caller", "released")
    side, media = ours[0]["from"], ours[0]["from"]["media"]
    assert (side["name"], side["channel"], side["kind"], side["cause_in"]) == ("phones", "", "peer", 16)
    assert ours[0]["v"] == 1 and ours[0]["answer_method"] == "signalled" and ours[0]["calling_out"] == ours[0]["calling"]
    assert media["codec"] == "PCMA" and media["ptime_ms"] == 20 and media["packets_out"] > 0
    assert ours[0]["to"]["cause_out"] == 16 and ours[0]["to"]["media"] is None and ours[0]["tried"] == []
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ours[0]["answer"])
    assert not in_progress(gateway)
    assert gateway.cli.json("records")["written"] == 2


def stored(gateway, sql="SELECT id FROM call_records"):
    """Nothing, as long as there is no store."""
    with contextlib.closing(sqlite3.connect(os.path.join(gateway.folder, "records.db"), timeout=60)) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'call_records'").fetchall():
            return []
        return db.execute(sql).fetchall()


def wait_stored(gateway, ids):
    """The store has these, each once, and no others."""
    wait_for("the store to have %d records" % len(ids), lambda: len(stored(gateway)) >= len(ids))
    found = [i for i, in stored(gateway)]
    assert sorted(found) == sorted(ids)


@pytest.fixture(name="postgres")
def the_postgres():
    server = Postgres()
    try:
        yield server.start()
    finally:
        server.close()


def wait_in_postgres(postgres, ids):
    def there():
        try:
            return len(postgres.ask("SELECT id FROM call_records")) >= len(ids)
        except subprocess.CalledProcessError:
            return False  # the table is not made yet
    wait_for("%d records in PostgreSQL" % len(ids), there, step=0.1)
    assert sorted(i for i, in postgres.ask("SELECT id FROM call_records")) == sorted(ids)


def call_until_killed(gateway, delay):
    """Places calls without a pause, and kills the gateway after so many seconds: at whatever it is doing then. The numbers of those calls that the gateway said it had begun."""
    begun, most = set(), 60
    killer = threading.Timer(delay, os.kill, (gateway.process.pid, signal.SIGKILL))
    gateway.close_cli()
    killer.start()
    try:
        with Cli(gateway.ports.cli) as session:
            for _ in range(most):
                begun |= set(re.findall(r"call (\d+)", session.run("originate trunk pstn 600 hold 1")))
            killer.join()
    except (OSError, CliError):
        pass
    killer.join()
    gateway.process.wait(60)
    return begun


def test_no_record_is_lost_or_doubled_by_a_kill(own, postgres):
    """Killed at random instants under calls, again and again. Each next start closes what was open: what the journal and
    both databases have then is each call once, and all that the log told of or the CLI said had begun."""
    seed = int(os.environ.get("SEED", time.time_ns() % 1000000))
    print("SEED=%d" % seed)
    instants = random.Random(seed)
    gateway = own(extra="records\n rotate megabytes 1\n store postgresql %s\n" % postgres.connection)
    known = {}  # id to the end that its record must say
    gateway.originate("trunk pstn 600 hold 1")
    gateway.record(ENDED.pattern)  # one that no kill cuts, however slow the machine
    for _ in range(100 if os.environ.get("LONG") else 10):
        run = {}
        begun = call_until_killed(gateway, instants.uniform(0.05, 2.5))
        for record in in_progress(gateway):
            run[record["id"]] = "interrupted" if record["end"] == "open" else record["end"]
        for record in records(gateway, torn=True):
            if record["id"] not in known:
                run[record["id"]] = record["end"]
        numbers = {i.rsplit("-", 1)[1]: end for i, end in run.items()}
        assert {n for n in ENDED.findall(gateway.log()) if numbers.get(n) != "released"} == set(), "ended, and not on record"
        assert begun <= set(numbers), "begun, and not on record"
        known.update(run)
        gateway.up()
        assert {r["id"]: r["end"] for r in records(gateway)} == known
        wait_stored(gateway, known)
    rotated = os.path.exists(os.path.join(gateway.folder, "calls.jsonl.1"))
    print("%d records, %d of them of calls that a kill cut; rotated: %s" % (
        len(known), list(known.values()).count("interrupted"), rotated))
    assert rotated or not os.environ.get("LONG")
    assert set(known.values()) == {"released", "interrupted"}, "the kills came too early or too late to show anything"
    wait_in_postgres(postgres, known)


def test_full_disk_stops_no_call(own, rtp):
    """What stands in the way of the file goes away later: the records that waited are written then."""
    gateway = own(extra=RECORDS)
    path = os.path.join(gateway.folder, "calls.jsonl")
    os.unlink(path)
    os.mkdir(path)
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        call.bye()
        gateway.wait_idle()
    wait_for("the alarm", lambda: [a["alarm"] for a in alarms(gateway)] == ["records"])
    os.rmdir(path)
    wait_for("the alarm cleared", lambda: not alarms(gateway))
    assert [r["end"] for r in records(gateway)] == ["released"] * 2


def program(*arguments):
    return subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_records_are_stored_by_default(own, rtp):
    gateway = own()
    with gateway.phone() as phone:
        call = phone.call("600", sdp(rtp().port))
        call.answered()
        call.bye()
        gateway.wait_idle()
    wait_stored(gateway, [r["id"] for r in records(gateway)])
    row = stored(gateway, "SELECT calling, called, from_name, to_kind, cause, ended, from_codec FROM call_records"
                          " WHERE from_kind='peer'")
    assert row[0][1:] == ("600", "phones", "trunk", 16, "released", "PCMA")
    status = wait_for("the store to have caught up", lambda: [
        s for s in gateway.cli.json("records")["stores"] if s["behind_octets"] == 0])[0]
    assert (status["store"], status["works"], status["taken"]) == ("sqlite", True, 2)
    last = gateway.cli.json("records last 1")
    assert len(last) == 1 and last[0]["v"] == 1
    call_id = last[0]["call"]
    assert gateway.cli.json("records call %d" % call_id)[0]["id"] == last[0]["id"]
    assert gateway.cli.json("records call %s" % last[0]["id"]) == last
    assert len(gateway.cli.json("records number 600")) == 2
    assert gateway.cli.json("records number 60") == gateway.cli.json("records cause 17") == []
    assert len(gateway.cli.json("records cause 16")) == 2
    table = gateway.cli.run("show records last 10")
    assert "peer phones" in table and "released" in table


ENDLESS = """CREATE VIEW call_records AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
    SELECT i AS id, i AS call, i % 50 AS cause, '2026' AS setup, '{}' AS record, '' AS calling, '' AS called, '' AS calling_out, '' AS called_out FROM n"""


@pytest.fixture(name="endless")
def gateway_with_endless_records(own, tmp_path):
    path = str(tmp_path / "endless.db")
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(ENDLESS)
    return own(extra="records\n store sqlite %s\n" % path)


def test_a_question_that_takes_long_holds_nothing_up(endless):
    def goes_on_meanwhile():
        """A call, and commands of another session, while a question is asked: false on a machine that was too slow for it."""
        with Cli(endless.ports.cli) as asking:
            asking.send("show records cause 99")
            said = asking.until("cause 99")
            endless.originate("trunk pstn 600 hold 1")
            asking.sock.setblocking(False)
            try:
                said += asking.sock.recv(65536).decode("utf-8", "replace")
            except BlockingIOError:
                pass
            asking.sock.settimeout(asking.timeout)
            if "takes too long" in said:
                return False
            asking.until("it takes too long; ask for less\n.*# ?$")
            assert "crosspoint" in asking.run("show version")
        return True

    assert any(goes_on_meanwhile() for _ in range(10))
    endless.wait_idle(60)


def test_sessions_that_ask_and_go_harm_nothing(endless):
    for _ in range(3):
        with Cli(endless.ports.cli) as asking:
            asking.send("show records cause 99")
            asking.until("cause 99")
    assert "takes too long" in endless.cli.run("show records cause 99")
    endless.originate("trunk pstn 600 hold 1")
    endless.wait_idle(60)


def test_answers_come_in_the_order_of_commands(own):
    gateway = own()
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("the records", lambda: len(stored(gateway)) == 2)
    with Cli(gateway.ports.cli) as session:
        session.sock.sendall(b"show records last 1\rshow records cause 17\rshow version\rconfigure terminal\rdo show records last 2\rend\r")
        said = session.until(r"end\n.*# ?$")
    ids = [line.split()[0] for line in said.split("\n") if "released" in line]
    assert len(ids) == 3 and ids[0] in ids[1:], said
    places = [said.index(word) for word in ("released", "No such records", "uptime", "configure terminal", "last 2", "# end")]
    assert places == sorted(places) and said.index("last 2") < said.rindex("released") < said.rindex("# end"), said


def test_export_prints_what_is_stored(own):
    gateway = own()
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("the records", lambda: len(stored(gateway)) == 2)
    path = os.path.join(gateway.folder, "records.db")
    as_json = program("--export", "json", path)
    assert [json.loads(line) for line in as_json.stdout.splitlines()] == sorted(records(gateway), key=lambda r: (r["setup"], r["id"]))
    rows = list(csv.DictReader(io.StringIO(program("--export", "csv", path).stdout)))
    assert [r["id"] for r in rows] == [json.loads(line)["id"] for line in as_json.stdout.splitlines()]
    assert rows[0]["cause"] == "16" and rows[0]["answer"].endswith("Z") and rows[0]["alert"] is not None
    assert program("--export", "json", path, "2999").stdout == ""
    assert len(program("--export", "json", path, "2000", "2999").stdout.splitlines()) == 2
    assert program("--export", "xml", path).returncode == 2
    missing = program("--export", "csv", path + ".no")
    assert missing.returncode == 1 and "unable to open" in missing.stderr


def test_schema_goes_back_a_step_and_comes_up_again(own):
    gateway = own()
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("the records", lambda: len(stored(gateway)) == 2)
    path, before = os.path.join(gateway.folder, "records.db"), stored(gateway, "SELECT * FROM call_records ORDER BY id")
    gateway.end()
    said = program("--records-downgrade", path)
    assert (said.returncode, said.stdout) == (0, "%s: schema 1 now\n" % path)
    assert program("--records-downgrade", path).returncode == 1
    gateway.up()
    wait_for("the schema", lambda: stored(gateway, "SELECT version FROM call_records_schema") == [(2,)])
    assert stored(gateway, "SELECT * FROM call_records ORDER BY id") == before
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("two more records", lambda: len(stored(gateway)) == 4)


def room(gateway, octets):
    """No file of the gateway's may grow beyond that, as if its disk were full."""
    resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (octets, resource.RLIM_INFINITY))


def test_disk_that_is_full_loses_no_record(own):
    """Neither the journal nor the store has room for a while, in the middle of a line too."""
    gateway = own(extra="records\n no interim\n")
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("the records", lambda: len(stored(gateway)) == 2)
    gateway.wait_idle()
    size = os.path.getsize(os.path.join(gateway.folder, "calls.jsonl"))
    room(gateway, size + 700)
    for _ in range(3):
        gateway.originate("trunk pstn 600 hold 1")
    wait_for("records that wait", lambda: gateway.cli.json("records")["waiting"] == 6)
    assert "records" in [a["alarm"] for a in alarms(gateway)]
    wait_for("the part of a line taken back", lambda: os.path.getsize(os.path.join(gateway.folder, "calls.jsonl")) == size)
    assert len(records(gateway, torn=True)) == 2
    room(gateway, resource.RLIM_INFINITY)
    wait_for("the alarms cleared", lambda: not alarms(gateway))
    ids = [r["id"] for r in records(gateway)]
    assert len(ids) == 8 and gateway.cli.json("records")["lost"] == 0
    wait_stored(gateway, ids)


def in_store(path):
    try:
        with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % path, uri=True)) as db:
            return sorted(row[0] for row in db.execute("SELECT id FROM call_records"))
    except sqlite3.OperationalError:  # it is not made yet
        return []


def test_store_that_is_away_gets_all_later(own):
    """What stands in the way of the database goes away later; the journal is rotated meanwhile by somebody."""
    gateway = own(extra="records\n store sqlite sub/records.db\n")
    wait_for("the alarm", lambda: [a["alarm"] for a in alarms(gateway)] == ["records-store"])
    assert alarms(gateway)[0]["about"] == "gateway sqlite"
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("the records", lambda: len(records(gateway, torn=True)) == 2)
    gateway.wait_idle()
    os.rename(os.path.join(gateway.folder, "calls.jsonl"), os.path.join(gateway.folder, "calls.jsonl.1"))
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("the records", lambda: len(records(gateway, torn=True)) == 4)
    os.mkdir(os.path.join(gateway.folder, "sub"))
    wait_for("the alarm cleared", lambda: not alarms(gateway))
    with contextlib.closing(sqlite3.connect(os.path.join(gateway.folder, "sub", "records.db"))) as db:
        assert db.execute("SELECT count(DISTINCT id) FROM call_records").fetchone() == (4,)


def commit_records(gateway, *lines):
    for line in ("configure terminal", "records", *lines, "commit", "end"):
        said = gateway.cli.run(line)
        assert "%" not in said, said


def test_journal_before_is_an_alarm_until_it_is_stored(own):
    """Another file is named while the database is away: the rest of the one before is told of, and stored when it is back."""
    gateway = own(extra="records\n store sqlite sub/records.db\n")
    wait_for("the alarm", lambda: [a["alarm"] for a in alarms(gateway)] == ["records-store"], 60)
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("the records", lambda: len(records(gateway, torn=True)) == 2, 60)
    gateway.wait_idle(60)
    ids = [r["id"] for r in records(gateway)]
    commit_records(gateway, "file moved.jsonl", "store sqlite here.db")
    wait_for("the alarm", lambda: [a["alarm"] for a in alarms(gateway)] == ["records-left"], 60)
    alarm = alarms(gateway)[0]
    assert alarm["about"].endswith("calls.jsonl") and alarm["text"].startswith("sqlite: "), alarm
    os.mkdir(os.path.join(gateway.folder, "sub"))
    wait_for("the alarm cleared", lambda: not alarms(gateway), 120)
    wait_for("its records", lambda: in_store(os.path.join(gateway.folder, "sub", "records.db")) == sorted(ids), 60)


def test_journal_given_up_is_an_alarm_after_a_crash_too(own):
    """Until its name is configured again, and its database is back."""
    before, after = "records\n store sqlite sub/records.db\n", "records\n file moved.jsonl\n store sqlite here.db\n"
    gateway = own(extra=before)
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("the records", lambda: len(records(gateway, torn=True)) == 2)
    gateway.wait_idle(60)
    ids = [r["id"] for r in records(gateway)]
    commit_records(gateway, "file moved.jsonl", "store sqlite here.db")
    wait_for("the alarm", lambda: [a["alarm"] for a in alarms(gateway)] == ["records-left"])
    gateway.kill()
    with open(gateway.config, encoding="utf-8") as f:
        text = f.read()
    assert before in text
    with open(gateway.config, "w", encoding="utf-8") as f:
        f.write(text.replace(before, after))
    gateway.start()
    gateway.wait_trunks()
    alarm = wait_for("the alarm", lambda: [a for a in alarms(gateway) if a["alarm"] == "records-left"])[0]
    assert alarm["about"].endswith("calls.jsonl") and "since before the start" in alarm["text"], alarm
    os.mkdir(os.path.join(gateway.folder, "sub"))
    commit_records(gateway, "file calls.jsonl", "store sqlite sub/records.db")
    wait_for("the alarm cleared", lambda: not alarms(gateway))
    wait_for("its records", lambda: in_store(os.path.join(gateway.folder, "sub", "records.db")) == sorted(ids))


def test_postgresql_has_every_record_once(own, postgres):
    """It is away, comes back, hangs and is killed; calls go on, and in the end it has what the journal has."""
    gateway = own(extra="records\n store postgresql %s\n" % postgres.connection)

    def calls(n):
        before = len(records(gateway))
        for _ in range(n):
            gateway.originate("trunk pstn 600 hold 1")
        wait_for("the records", lambda: len(records(gateway, torn=True)) == before + 2 * n)
        return [r["id"] for r in records(gateway)]

    wait_in_postgres(postgres, calls(1))
    assert postgres.ask("SELECT called, cause, ended, record::json->>'id' = id FROM call_records LIMIT 1") == [
        ("600", "16", "released", "t")]
    assert postgres.ask("SELECT version FROM call_records_schema") == [("2",)]
    postgres.stop()
    calls(2)
    wait_for("the alarm", lambda: [a["about"] for a in alarms(gateway)] == ["gateway postgresql"])
    wait_stored(gateway, [r["id"] for r in records(gateway)])  # SQLite does not wait for it
    postgres.start()
    wait_in_postgres(postgres, [r["id"] for r in records(gateway)])
    wait_for("the alarm cleared", lambda: not alarms(gateway))
    postgres.process.send_signal(signal.SIGSTOP)  # connections that are there hang now if its children do too
    children = subprocess.run(["pgrep", "-P", str(postgres.process.pid)], capture_output=True, text=True, check=True).stdout.split()
    stopped = [postgres.process.pid]
    for child in map(int, children):
        with contextlib.suppress(ProcessLookupError):  # of its own work, and done
            os.kill(child, signal.SIGSTOP)
            stopped.append(child)
    ids = calls(1)
    wait_for("the alarm", lambda: "does not answer" in "".join(a["text"] for a in alarms(gateway)))
    gateway.close_cli()
    os.kill(gateway.process.pid, signal.SIGKILL)
    gateway.process.wait(60)
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
    gateway.up()
    wait_in_postgres(postgres, ids)
    gateway.end()
    said = program("--records-downgrade", postgres.connection)
    assert (said.returncode, said.stdout) == (0, "%s: schema 1 now\n" % postgres.connection), said.stderr
    gateway.up()
    wait_for("the schema", lambda: postgres.ask("SELECT version FROM call_records_schema") == [("2",)], step=0.1)
    wait_in_postgres(postgres, ids)


def test_end_of_the_program_does_not_wait_for_a_database_that_hangs(own):
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes connections and says nothing; 5 s are waited for an answer
        gateway = own(extra="records\n store postgresql host=127.0.0.1 port=%d user=x\n" % deaf.getsockname()[1])
        wait_for("the alarm", lambda: [a["about"] for a in alarms(gateway)] == ["gateway postgresql"])
        took = []
        while not took or took[-1] >= 4:
            assert len(took) < 5, took  # a busy machine may stumble once
            if took:
                gateway.up()
                wait_for("the alarm", lambda: [a["about"] for a in alarms(gateway)] == ["gateway postgresql"])
            began = time.monotonic()
            gateway.end()
            took.append(time.monotonic() - began)


@pytest.fixture(name="radius")
def the_radius():
    server = FreeRadius()
    try:
        yield server.start()
    finally:
        server.close()


def test_radius_server_hears_of_every_call(own, radius):
    """A Stop for each record, and none twice where nothing was killed; the server is away meanwhile."""
    began = time.time()
    gateway = own(extra="records\n store radius 127.0.0.1 %d\n radius secret %s\n" % (radius.port, radius.secret))
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("accounting", lambda: len(radius.accepted()) == 2)
    ours = {r["id"]: r for r in records(gateway)}
    for request in radius.accepted():
        record = ours[request["Acct-Session-Id"]]
        assert (request["Acct-Status-Type"], request["Acct-Terminate-Cause"]) == ("Stop", "User-Request")
        assert request["Called-Station-Id"] == "600" and request["Acct-Session-Time"] == str(record["talk_ms"] // 1000)
        assert request["h323-disconnect-cause"] == "h323-disconnect-cause=10"
        assert request["NAS-Port-Id"] == (record["to"]["channel"] or record["from"]["channel"]) != ""
        when = time.mktime(time.strptime(request["Event-Timestamp"].rsplit(" ", 1)[0], "%b %d %Y %H:%M:%S"))
        assert began - 1 <= when <= time.time()
    radius.stop()
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("the alarm", lambda: [a["about"] for a in alarms(gateway)] == ["gateway radius"])
    assert "does not answer" in alarms(gateway)[0]["text"] or "cannot be asked" in alarms(gateway)[0]["text"]
    wait_for("the records", lambda: len(records(gateway, torn=True)) == 4)
    gateway.end()
    radius.start()
    gateway.up()
    wait_for("accounting", lambda: len(radius.accepted()) >= 4)
    assert sorted(r["Acct-Session-Id"] for r in radius.accepted()) == sorted(r["id"] for r in records(gateway))
    gateway.end()
    interim = dict(records(gateway)[0], id="call-9.1", release=None, cause=None, released_by=None, end="interim")
    with open(os.path.join(gateway.folder, "calls.jsonl"), "a", encoding="ascii") as f:
        f.write(json.dumps(interim, separators=(",", ":")) + "\n")
    gateway.up()
    wait_for("accounting", lambda: len(radius.accepted()) >= 5)
    last = radius.accepted()[-1]
    assert (last["Acct-Status-Type"], last["Acct-Session-Id"]) == ("Interim-Update", "call-9")
    assert "Acct-Terminate-Cause" not in last


def test_radius_server_with_another_secret_is_an_alarm(own, radius):
    gateway = own(extra="records\n store radius 127.0.0.1 %d\n radius secret wrong\n" % radius.port)
    gateway.originate("trunk pstn 600 hold 1")
    wait_for("the alarm", lambda: [a["about"] for a in alarms(gateway)] == ["gateway radius"])
    assert radius.accepted() == []
