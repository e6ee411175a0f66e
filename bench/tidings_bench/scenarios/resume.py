"""Many clients return at once, each far behind, while others are served live."""

import json
import threading
import time
import urllib.request

from tidings_bench.figure import Goal, absolute, compared
from tidings_bench.generator import Steered, generate
from tidings_bench.scenarios import burst
from tidings_bench.scenarios.connect import LIVE
from tidings_bench.servers import PUBLISH_KEY, Hub

MEMORY_GOAL = Goal(most=64, of="hub")
LIVE_GOAL = Goal(most=2)
RATE_GOAL = Goal(least=0.5)
KEPT = {"log": ["retention_events = 100000000", 'retention_bytes = "64GiB"']}  # nothing is lost to retention meanwhile


def run(asked):
    """Events are for as many users as each has clients' backlog in events; ten clients a user."""
    events = 10_000 if asked.quick else asked.resume_events
    users = 100 if asked.quick else 1_000
    clients = users if asked.quick else 10 * users
    with Hub(asked.durability) as hub:
        fastest = generate(hub, "broadcast", **burst.load(asked))
    with Hub(asked.durability, **KEPT) as hub:
        before = cursor(hub)
        filled = generate(hub, "ndjson", events=events, users=users)
        returned = returning(asked, hub, clients, users, events // users, before)
    # Only now: while a server runs, what it takes counts as others'.
    yield absolute("log filled by NDJSON", "events/s", [filled["events_a_second"]])
    of = f"{clients:,} clients, {events // users:,} of {events:,} events each"
    yield absolute(f"RssAnon's growth, {of}", "MiB", [returned["growth_mib"]], MEMORY_GOAL, not asked.quick)
    yield compared("live p99 meanwhile", "ms", [returned["live"]], "p99_ms", LIVE_GOAL, "the same before",
                   not asked.quick)
    yield compared("caught up", "deliveries/s", [{"hub": returned["crowd"], "reference": fastest}],
                   "deliveries_a_second", RATE_GOAL, "the burst rate", not asked.quick)
    yield absolute("until all were caught up", "s", [returned["crowd"]["caught_up_seconds"]])


def cursor(hub):
    """Where the log ends now."""
    request = urllib.request.Request(f"http://127.0.0.1:{hub.port}/api/v1/events/cursor",
                                     headers={"Authorization": f"Bearer {PUBLISH_KEY}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["cursor"]


def returning(asked, hub, clients, users, backlog, after):
    """What happens when all return: to the hub's memory, to those who are there already, and how fast it goes."""
    with (Steered(hub, "live", streams=100 if asked.quick else 1_000, **LIVE) as live,
          Steered(hub, "crowd", background=True, streams=clients, users=users, after=after, events=backlog) as crowd):
        live.reached("open")
        crowd.reached("ready")
        live.go_on()
        time.sleep(asked.seconds(3))
        memory = Memory(hub)
        live.go_on()
        crowd.go_on()
        crowd.reached("there")
        live.go_on()
        growth = memory.growth()
        figures = live.figures()
        return {"growth_mib": growth / 2**20, "crowd": crowd.figures(),
                "live": {"hub": {"p99_ms": figures["p99_ms_1"]}, "reference": {"p99_ms": figures["p99_ms_0"]}}}


class Memory:
    """Looks at a server's memory every 50 ms."""

    def __init__(self, server):
        self._server = server
        self._before = self._most = server.anonymous_memory()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self):
        while not self._ended.wait(0.05):
            self._most = max(self._most, self._server.anonymous_memory())

    def growth(self):
        """The most that it was above what it was at first, in bytes."""
        self._ended.set()
        self._thread.join()
        return self._most - self._before
