"""Disks that fail or are full, clocks that jump, no descriptors left: no crash, no false 200, and recovery."""

import os
import resource
import time

import pytest
import tokens
import wire
from faulty import Faults, SmallDisk
from hub import eventually

EVENTS = "/api/v1/events"


@pytest.fixture
def faults(tmp_path):
    return Faults(tmp_path)


def publish(hub, user, number, size=0):
    return hub.request("POST", EVENTS, token=tokens.PUBLISHER_KEY,
                       json={"type": "t", "data": [number, "x" * size], "users": [user]})


def ready(hub):
    return hub.request("GET", "/readyz").status == 200


def numbers(hub, user, last):
    """All that the user gets from the earliest event on, up to the number `last`."""
    with hub.stream(tokens.access(user), since="earliest") as stream:
        found = []
        while last not in found:
            event = stream.next()
            assert event.type != "bye"
            if event.type == "t":
                found.append(event.json()[0])
        return found


def fails_and_recovers(hub, user, fail, heal, size=0):
    """Publishing is refused while it fails, streams live on, and afterwards all that was acknowledged is there."""
    assert publish(hub, user, 0).status == 200
    acknowledged, refused = [0], 0
    with hub.stream(tokens.access(user)) as stream:
        stream.hello()
        fail()
        for number in range(1, 2000):
            answer = publish(hub, user, number, size)
            if answer.status == 200:
                acknowledged.append(number)
                continue
            assert (answer.status, answer.code) == (503, "store_unavailable"), answer
            refused += 1
            if refused == 3:
                break
        assert refused == 3
        eventually(lambda: not ready(hub), why="not being ready")
        assert hub.request("GET", "/healthz").status == 200
        assert hub.wait_logged("store_failed")["detail"]
        stream.until("ping")
        assert set(acknowledged) <= set(numbers(hub, user, acknowledged[-1]))  # what is stored can still be read
        heal()
        hub.wait_logged("store_recovered", timeout=20)
        eventually(lambda: ready(hub))
        answer = publish(hub, user, 5000)
        assert answer.status == 200
        while stream.next().id != answer.json()["ids"][0]:
            pass
    found = numbers(hub, user, 5000)
    assert set(acknowledged) <= set(found) and len(found) == len(set(found))
    hub.restart()
    assert numbers(hub, user, 5000) == found


def test_a_sync_that_fails_acknowledges_nothing_and_begins_a_new_epoch(make_hub, user, faults):
    hub = make_hub({"stream.heartbeat": "500ms"}, env=faults.env)
    fails_and_recovers(hub, user, lambda: faults.syncs_fail(True), lambda: faults.syncs_fail(False))
    assert hub.logged("epoch_started")


@pytest.mark.parametrize("durability", ["process", "fsync"])
def test_a_full_disk_acknowledges_nothing_and_recovers_with_space(make_hub, user, tmp_path, faults, durability):
    settings = {"stream.heartbeat": "500ms", "log.durability": durability}
    disk = SmallDisk(tmp_path, 64)
    if disk.possible():
        hub = make_hub({**settings, "data_dir": str(disk.folder / "data")}, wrapper=disk.wrapper)

        def fill():
            with open(disk.within(hub.process, "filler"), "wb") as filler:
                try:
                    while filler.write(bytes(65536)):
                        filler.flush()
                except OSError:
                    return

        fail, heal = fill, lambda: disk.within(hub.process, "filler").unlink()
    else:
        hub = make_hub(settings, env=faults.env)
        fail, heal = lambda: faults.disk_full(True), lambda: faults.disk_full(False)
    hub.restart = lambda: hub  # the disk goes with the process
    fails_and_recovers(hub, user, fail, heal, size=20_000)


@pytest.mark.parametrize("durability", ["process", "fsync"])
def test_writes_that_fail_are_survived_too(make_hub, user, faults, durability):
    hub = make_hub({"stream.heartbeat": "500ms", "log.durability": durability}, env=faults.env)
    fails_and_recovers(hub, user, lambda: faults.disk_full(True), lambda: faults.disk_full(False))


@pytest.mark.release  # UBSan needs descriptors to look at objects, and reports sound ones without
def test_without_descriptors_nothing_falls_over(make_hub, user):
    hub = make_hub()
    with hub.stream(tokens.access(user)) as stream:
        stream.hello()
        pid = hub.process.pid
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (_used_by_a_shard(pid) + 3, before[1]))
        crowd = []
        for _ in range(40):  # the kernel's queue takes those that the hub can't accept
            crowd.append(wire.Connection(hub.target))
            crowd[-1].send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        answered = [connection for connection in crowd if _answers(connection)]
        assert len(answered) < 40
        used = _cpu(pid)
        time.sleep(0.5)  # while it can't accept, it must not spin
        assert _cpu(pid) - used < 0.4
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        for connection in crowd:
            connection.close()
        eventually(lambda: _healthy(hub), 15)
        hub.publish({"type": "t", "data": 1, "users": [user]})
        assert stream.take(1)


def _used_by_a_shard(pid):
    """The descriptors of the fullest shard: each has a table of its own."""
    tasks = f"/proc/{pid}/task"
    shards = [task for task in os.listdir(tasks) if open(f"{tasks}/{task}/comm", encoding="ascii").read().startswith("shard-")]
    return max(len(os.listdir(f"{tasks}/{task}/fd")) for task in shards)


def _answers(connection):
    connection.socket.settimeout(0.1)
    try:
        return connection.answer().status == 200
    except (OSError, wire.Closed):
        return False


def _healthy(hub):
    try:
        return hub.request("GET", "/healthz").status == 200
    except OSError:
        return False


def _cpu(pid):
    """Seconds of processor that a process has used."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("jump", [2 * 86400, -2 * 86400, 3600, -3600])
def test_a_clock_that_jumps_loses_nothing_and_stops_nothing(make_hub, user, faults, jump):
    """Retention by age must neither drop everything nor stop, and order must hold."""
    hub = make_hub({"stream.heartbeat": "200ms"}, env=faults.env)
    now = int(time.time())
    token = tokens.access(user, exp=now + 30 * 86400, iat=None)
    first = hub.publish({"type": "t", "data": 0, "users": [user]})[0]
    with hub.stream(token) as stream:
        stream.hello()
        faults.clock(jump)
        for _ in range(5):
            stream.until("ping")
        hub.wait_logged("clock_jumped")
        second = hub.publish({"type": "t", "data": 1, "users": [user]})[0]
        assert stream.take(1)[0].id == second
    faults.clock(0)
    third = hub.publish({"type": "t", "data": 2, "users": [user]})[0]
    for options in ({"since": "earliest"}, {"since": "1m"}):
        with hub.stream(token, **options) as stream:
            stream.hello()
            assert [event.id for event in stream.take(3)] == [first, second, third], options
    hub.restart()
    with hub.stream(token, resume=first) as stream:
        stream.hello()
        assert [event.id for event in stream.take(2)] == [second, third]
