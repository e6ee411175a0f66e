"""What every peer is put through: runs of the load generator, told apart by name. 100-byte events, one channel, all
streams subscribed to it."""

import dataclasses


@dataclasses.dataclass
class Scenario:
    """A run of the load generator, its options, and which of its figures are kept."""

    run: str
    options: dict
    figures: dict[str, str]  # the generator's name of a figure -> its unit


SCENARIOS = {
    # As fast as it goes: each publisher sends the next event when the last one is answered.
    "saturation": Scenario("broadcast", {"streams": 1_000, "publishers": 1, "seconds": 3},
                           {"deliveries_a_second": "deliveries/s"}),
    # Far below what the slowest of them can do.
    "cpu": Scenario("broadcast", {"streams": 10_000, "rate": 1, "seconds": 6, "warm-up": 1},
                    {"processor_us_a_delivery": "µs"}),
    "latency": Scenario("broadcast", {"streams": 1_000, "rate": 10, "seconds": 6}, {"p50_ms": "ms", "p99_ms": "ms"}),
    # As much as the fastest of them can do.
    "pressure": Scenario("broadcast", {"streams": 1_000, "rate": 100, "seconds": 4}, {"p50_ms": "ms", "p99_ms": "ms"}),
    "memory": Scenario("memory", {"streams": 1_000, "more-streams": 9_000, "seconds": 3}, {"bytes_a_stream": "bytes"}),
    "connect": Scenario("crowd", {"streams": 10_000}, {"open_seconds": "s"}),
}
