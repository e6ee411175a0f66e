"""Hubs that share a Redis: what fan-out costs on one of them, what each durability costs a publisher, how much they take
together."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

from tidings_bench.figure import Goal, absolute, compared
from tidings_bench.generator import generate
from tidings_bench.redis import Redis
from tidings_bench.rounds import alternate
from tidings_bench.servers import Hub

CPU_GOAL = Goal(most=1.1)
STREAMS, RATE = 1_000, 50  # about half of what fills a core
DURABILITIES = ("memory", "process", "fsync", "primary", "replica:1", "replica:2")
ACKNOWLEDGED = 1_000  # events a second


def run(asked):
    """Each in turn; a Redis of its own for every run, so that none inherits another's log."""
    load = {"streams": 100 if asked.quick else STREAMS, "rate": RATE, "seconds": asked.seconds(5)}
    rounds = alternate(asked.rounds, lambda: of_hub("primary", "broadcast", load),
                       lambda: of_hub("process", "broadcast", load))
    yield compared(f"CPU a delivery, {load['streams']:,} streams × {RATE} events/s", "µs", rounds, "processor_us_a_delivery",
                   CPU_GOAL, "a store of its own", not asked.quick)

    load = {"publishers": 16, "rate": ACKNOWLEDGED, "seconds": asked.seconds(4)}
    for durability in DURABILITIES:
        figures = [of_hub(durability, "acknowledge", load) for _ in range(asked.rounds)]
        for name in ("p50", "p99"):
            yield absolute(f"acknowledged publish, {ACKNOWLEDGED:,}/s, {durability}: {name}", "ms",
                           [one[f"{name}_ms"] for one in figures])

    events = 5_000 if asked.quick else 200_000
    for durability in DURABILITIES:
        figures = [of_hub(durability, "ndjson", {"events": events}) for _ in range(asked.rounds)]
        yield absolute(f"NDJSON, one request, {durability}", "events/s", [one["events_a_second"] for one in figures])
    rounds = alternate(asked.rounds, lambda: together(3, events), lambda: together(1, events))
    yield compared("NDJSON, a request to each of three hubs, primary", "events/s", rounds, "events_a_second", None, "one hub")


@contextlib.contextmanager
def hubs(count, durability):
    """So many that share a Redis with the replicas that its durability asks for, or one with a store of its own."""
    with contextlib.ExitStack() as held:
        store = None
        if durability == "primary" or durability.startswith("replica:"):
            primary = held.enter_context(Redis())
            for _ in range(int(durability.partition(":")[2] or 0)):
                held.enter_context(Redis(primary))
            store = primary.url
        yield [held.enter_context(Hub(durability, store)) for _ in range(count)]


def of_hub(durability, what, load):
    """One run of the generator on one hub."""
    with hubs(1, durability) as (hub,):
        return generate(hub, what, **load)


def together(count, events):
    """Events a second that `count` hubs take at once, a request each, until the last has been answered."""
    with hubs(count, "primary") as them, ThreadPoolExecutor(count) as threads:
        figures = list(threads.map(lambda hub: generate(hub, "ndjson", events=events), them))
    return {"events_a_second": count * events / max(one["events"] / one["events_a_second"] for one in figures)}
