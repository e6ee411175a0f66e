"""16 publishers, each as fast as it is answered, beside the bare loop that gathers."""

from tidings_bench.figure import Goal, compared
from tidings_bench.generator import generate
from tidings_bench.rounds import alternate
from tidings_bench.servers import BareLoop, Hub

GOAL = Goal(most=1.3)


def load(asked):
    """The options of such a run, whoever it is against."""
    return {"streams": 100 if asked.quick else 1_000, "publishers": 16, "seconds": asked.seconds(4)}


def run(asked):
    """Deliveries a second, and processor time a delivery."""
    def of_hub():
        with Hub(asked.durability) as hub:
            return generate(hub, "broadcast", **load(asked))

    def of_bare():
        with BareLoop("gather") as bare:
            return generate(bare, "broadcast", **load(asked))

    rounds = alternate(asked.rounds, of_hub, of_bare)
    yield compared(f"CPU a delivery, {load(asked)['streams']:,} streams", "µs", rounds, "processor_us_a_delivery", GOAL,
                   "bare gathering loop", not asked.quick)
    yield compared("deliveries", "1/s", rounds, "deliveries_a_second", None, "bare gathering loop")
