"""Processor time a delivery, one event at a time, at half of what the bare send() loop can do."""

from tidings_bench.broadcast import beside_bare
from tidings_bench.figure import Goal, compared
from tidings_bench.generator import generate
from tidings_bench.servers import BareLoop

GOAL = Goal(most=1.15)


def run(asked):
    """At 1,000 streams and at 10,000."""
    for streams in [100, 200] if asked.quick else [1_000, 10_000]:
        with BareLoop("each") as bare:
            flat_out = generate(bare, "broadcast", streams=streams, publishers=4, seconds=asked.seconds(2))
        # What its core could do, were the generator always there to read.
        saturation = 1e6 / flat_out["processor_us_a_delivery"]
        load = {"streams": streams, "rate": saturation / streams / 2, "seconds": asked.seconds(5)}

        rounds = beside_bare(asked.rounds, asked.durability, load)
        figure = compared(f"CPU a delivery, {streams:,} streams", "µs", rounds, "processor_us_a_delivery", GOAL,
                          "bare send() loop", not asked.quick)
        figure.load = load
        yield figure
