"""The hub's own memory for idle streams, and what a stalled reader keeps in the kernel."""

import re
import subprocess

from tidings_bench.figure import Goal, absolute
from tidings_bench.generator import Steered, generate
from tidings_bench.servers import Hub

IDLE_GOAL = Goal(most=400, of="hub")
STALLED_GOAL = Goal(most=128, of="hub")
DESCRIPTORS_LEFT = 1_500  # for all but streams, in the hub and in the generator
WRITE_QUEUE = re.compile(r"skmem:\(r\d+,rb\d+,t\d+,tb\d+,f(\d+),w(\d+),")


def run(asked):
    """Bytes an idle stream, then KiB a stalled one."""
    fewer, more = (200, 1_000) if asked.quick else (2_000, 18_000)
    more = min(more, asked.descriptors - DESCRIPTORS_LEFT)
    with Hub(asked.durability) as hub:
        # A ping comes within 15 s.
        idle = generate(hub, "memory", streams=fewer, more_streams=more, seconds=1 if asked.quick else 17)
    yield absolute(f"an idle stream, between {fewer:,} and {more:,}", "bytes", [idle["bytes_a_stream"]], IDLE_GOAL,
                   not asked.quick)
    yield absolute("a stalled reader, in the kernel, the most of any", "KiB", [stalled(asked)], STALLED_GOAL)


def stalled(asked):
    """What the hub's end of a connection that nobody reads holds: bytes queued, and memory set aside for more."""
    streams = 20 if asked.quick else 200
    with Hub(asked.durability) as hub, Steered(hub, "stall", streams=streams, events=500, data_bytes=16_000) as readers:
        readers.reached("stalled")
        sockets = subprocess.run(["ss", "-tmnHO", "state", "established", f"( sport = :{hub.port} )"],
                                 capture_output=True, text=True, check=True).stdout
        queued = sorted(sum(map(int, found)) for found in WRITE_QUEUE.findall(sockets))
        if len(queued) < streams:
            raise SystemExit("bench: not all streams are among the hub's sockets")
        readers.go_on()
        readers.figures()
    return queued[-1] / 1024
