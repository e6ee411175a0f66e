"""From before publishing until after reading, beside the bare send() loop."""

from tidings_bench.broadcast import beside_bare
from tidings_bench.figure import Goal, compared

GOAL = Goal(most=1.2)
LOADS = {"1000x10": (1_000, 10), "1000x50": (1_000, 50), "10000x5": (10_000, 5)}  # streams, events a second
PAIRS = 5  # at least: percentiles of delays vary more than other figures


def run(asked):
    """p50 and p99 under each load."""
    for streams, rate in [(100, 20)] if asked.quick else [LOADS[name] for name in asked.load or LOADS]:
        load = {"streams": streams, "rate": rate, "seconds": asked.seconds(4)}

        turns = asked.rounds if asked.quick else max(asked.rounds, PAIRS)
        rounds = beside_bare(turns, asked.durability, load)
        for name in ("p50", "p99"):
            yield compared(f"{name}, {streams:,} streams × {rate} events/s", "ms", rounds, f"{name}_ms", GOAL,
                           "bare send() loop", not asked.quick)
