"""Each shard has descriptors of its own: together they hold more than one process's limit (docs/decisions/0011)."""

import os
import resource

import tokens
from hub import eventually

LIMIT = 160
STREAMS = 300


def limited(limit=LIMIT):
    """What starts a command with so few descriptors a table."""
    return ["prlimit", f"--nofile={limit}:{limit}"]


def tables(hub):
    """How many descriptors each thread of the hub has open, by its name."""
    tasks = f"/proc/{hub.process.pid}/task"
    names = {task: open(f"{tasks}/{task}/comm", encoding="ascii").read().strip() for task in os.listdir(tasks)}
    return {name: len(os.listdir(f"{tasks}/{task}/fd")) for task, name in names.items()}


def test_shards_hold_more_streams_than_one_table_of_descriptors(make_hub, user):
    hub = make_hub({"shards": 8, "limits.streams_per_user": STREAMS, "limits.streams": STREAMS,
                    "limits.connections": 2 * STREAMS}, wrapper=limited())
    assert resource.prlimit(hub.process.pid, resource.RLIMIT_NOFILE) == (LIMIT, LIMIT)
    streams = [hub.stream(tokens.access(user)) for _ in range(STREAMS)]
    for stream in streams:
        stream.hello()
    held = tables(hub)
    shards = [held[f"shard-{number}"] for number in range(8)]
    assert max(shards) < LIMIT < sum(shards)
    hub.publish(*({"type": "t", "data": number, "users": [user]} for number in range(3)))
    for stream in streams:
        assert [event.json() for event in stream.take(3)] == [0, 1, 2]
    for stream in streams:
        stream.close()
    # Nothing else holds them open.
    eventually(lambda: sum(tables(hub)[f"shard-{number}"] for number in range(8)) < sum(shards) - STREAMS + 8)


def test_the_default_limits_count_every_shard(make_hub):
    hub = make_hub({"shards": 4}, wrapper=limited(400))
    assert not hub.logged("descriptors_shared")
    crowd = [hub.stream(tokens.access(f"crowd-{number}")) for number in range(420)]
    for stream in crowd:
        stream.hello()
        stream.close()


def test_streams_come_in_by_a_unix_socket_that_all_shards_watch(make_hub, tmp_path, user):
    path = tmp_path / "hub.sock"
    hub = make_hub({"shards": 3, "listen": f"unix:{path}"}, wrapper=limited())
    streams = [hub.stream(tokens.access(user)) for _ in range(60)]
    for stream in streams:
        stream.hello()
    assert sum(count for name, count in tables(hub).items() if name.startswith("shard-")) >= 60
    for stream in streams:
        stream.close()
    hub.stop()
    assert not path.exists()
