"""Many clients at once: each asks for a session with a token of its own, then for its stream."""

import time

from tidings_bench.figure import Goal, compared
from tidings_bench.generator import Steered
from tidings_bench.peers import installed
from tidings_bench.rounds import alternate
from tidings_bench.servers import BareLoop, Hub

LIVE_GOAL = Goal(most=2)
NCHAN_GOAL = Goal(most=1.5)
LIVE = {"user": "live", "users": 1, "to": "live-0", "rate": 20}  # those who are there already, and their events


def run(asked):
    """How long it takes, and what those notice who are there already."""
    clients = 200 if asked.quick else 10_000

    def of_hub():
        with Hub(asked.durability) as hub:
            return crowd(hub, clients, session=1)

    def of_bare():
        with BareLoop("each") as bare:
            return crowd(bare, clients)

    rounds = alternate(asked.rounds, of_hub, of_bare)
    what = f"{clients:,} clients, session and stream, until all are greeted"
    yield compared(what, "s", rounds, "open_seconds", None, "bare loop, stream only")
    yield compared("CPU a client", "µs", rounds, "processor_us_a_stream", None, "bare loop, stream only")
    if start := installed("nchan"):
        def of_nchan():
            with start() as nchan:
                return crowd(nchan, clients)

        yield compared(f"{what}, beside Nchan", "s", alternate(asked.rounds, of_hub, of_nchan), "open_seconds", NCHAN_GOAL,
                       "Nchan, stream only", not asked.quick)
    rounds = [live_beside(asked, clients) for _ in range(asked.rounds)]
    yield compared(f"live p99 while {clients:,} connect", "ms", rounds, "p99_ms", LIVE_GOAL, "the same before",
                   not asked.quick)


def crowd(server, clients, **options):
    """The time until `clients` are connected."""
    with Steered(server, "crowd", streams=clients, **options) as run_of_crowd:
        run_of_crowd.reached("ready")
        run_of_crowd.go_on()
        run_of_crowd.reached("there")
        return run_of_crowd.figures()


def live_beside(asked, clients):
    """Live delays before and while a crowd connects."""
    with (Hub(asked.durability) as hub,
          Steered(hub, "live", streams=100 if asked.quick else 1_000, **LIVE) as live,
          Steered(hub, "crowd", background=True, streams=clients, session=1) as arriving):
        live.reached("open")
        arriving.reached("ready")
        live.go_on()
        time.sleep(asked.seconds(3))
        live.go_on()
        arriving.go_on()
        arriving.reached("there")
        live.go_on()
        figures = live.figures()
        arriving.figures()
    return {"hub": {"p99_ms": figures["p99_ms_1"]}, "reference": {"p99_ms": figures["p99_ms_0"]}}
