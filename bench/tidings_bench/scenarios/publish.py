"""How fast events are taken, with nobody listening."""

import json
import subprocess

from tidings_bench import machine
from tidings_bench.figure import Goal, absolute, compared
from tidings_bench.generator import generate
from tidings_bench.rounds import alternate
from tidings_bench.servers import Hub

NDJSON_GOAL = Goal(least=100_000, of="hub")
REQUESTS_GOAL = Goal(least=2 / 3)
ACKNOWLEDGED_GOAL = Goal(most=3)
RATE = 1_000  # events a second, each acknowledged


def run(asked):
    """In bulk, one by one, and how soon one is acknowledged."""
    judge = not asked.quick
    events = 20_000 if asked.quick else 300_000
    bulk = []
    for _ in range(asked.rounds):
        with Hub("fsync") as hub:
            bulk.append(generate(hub, "ndjson", events=events))
    yield absolute("NDJSON, one request, fsync", "events/s", [one["events_a_second"] for one in bulk], NDJSON_GOAL, judge)
    yield absolute("NDJSON, one request, fsync: CPU an event", "µs", [one["processor_us_an_event"] for one in bulk])

    load = {"publishers": 16, "seconds": asked.seconds(2)}
    with Hub("memory") as hub:
        rounds = alternate(asked.rounds, lambda: generate(hub, "requests", **load),
                           lambda: generate(hub, "healthz", **load))
    yield compared("single events on 16 keep-alive connections, memory", "requests/s", rounds, "requests_a_second",
                   REQUESTS_GOAL, "GET /healthz", judge)

    seconds = asked.seconds(4)
    with Hub("fsync") as hub:
        rounds = alternate(
            asked.rounds, lambda: generate(hub, "acknowledge", publishers=16, rate=RATE, seconds=seconds),
            lambda: bare_sync(hub.folder, seconds))
    for name in ("p50", "p99"):
        yield compared(f"acknowledged publish, {RATE:,}/s, fsync: {name}", "ms", rounds, f"{name}_ms",
                       ACKNOWLEDGED_GOAL if name == "p99" else None, "write + fdatasync", judge)


def bare_sync(folder, seconds):
    """Delays of writing and syncing what an event's data is, in the hub's own folder."""
    core, _ = machine.cores()
    done = subprocess.run(machine.pinned(core, machine.TOOLS / "bare_sync", folder / "bare", 100, RATE, seconds),
                          stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)
