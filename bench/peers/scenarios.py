"""What every server is put through: runs of the load generator, by name. 100-byte events, which every stream gets."""

import dataclasses

from tidings_bench.generator import Steered, generate
from tidings_bench.servers import Hub


@dataclasses.dataclass
class Scenario:
    """A run of the load generator, its options, and which of its figures are kept."""

    run: str
    options: dict
    figures: dict[str, str]  # the generator's name of a figure -> its unit
    of_hub: dict = dataclasses.field(default_factory=dict)  # options for the hub alone

    def measure(self, server):
        """The figures of one run against a server that runs."""
        options = {**self.options, **(self.of_hub if isinstance(server, Hub) else {})}
        if self.run != "crowd":
            figures = generate(server, self.run, **options)
        else:
            with Steered(server, self.run, **options) as crowd:
                crowd.reached("ready")
                crowd.go_on()
                crowd.reached("there")
                figures = crowd.figures()
        return {name: figures[name] for name in self.figures}


SCENARIOS = {
    # As fast as it goes: each publisher's next event when its last one is answered. Enough publishers that one's event
    # is there while another's is sent, and few enough that Pushpin loses none.
    "saturation": Scenario("broadcast", {"streams": 1_000, "publishers": 4, "seconds": 2},
                           {"deliveries_a_second": "deliveries/s"}),
    # Far below what the slowest of them can do.
    "cpu": Scenario("broadcast", {"streams": 10_000, "rate": 1, "seconds": 5, "warm_up": 1},
                    {"processor_us_a_delivery": "µs"}),
    "latency": Scenario("broadcast", {"streams": 1_000, "rate": 10, "seconds": 4}, {"p50_ms": "ms", "p99_ms": "ms"}),
    # About as much as the fastest of them can do.
    "pressure": Scenario("broadcast", {"streams": 1_000, "rate": 100, "seconds": 3}, {"p50_ms": "ms", "p99_ms": "ms"}),
    "memory": Scenario("memory", {"streams": 1_000, "more_streams": 9_000, "seconds": 3}, {"bytes_a_stream": "bytes"}),
    # The hub's clients ask for a session first, with a token; those of the others have neither.
    "connect": Scenario("crowd", {"streams": 10_000}, {"open_seconds": "s"}, of_hub={"session": 1}),
}
