"""The hub beside the bare send() loop, both under the same broadcasts."""

from tidings_bench.generator import generate
from tidings_bench.rounds import alternate
from tidings_bench.servers import BareLoop, Hub


def beside_bare(rounds, durability, load):
    """So many rounds as `alternate` returns them; `load` is what the generator's `broadcast` is told."""

    def of_hub():
        with Hub(durability) as hub:
            return generate(hub, "broadcast", **load)

    def of_bare():
        with BareLoop("each") as bare:
            return generate(bare, "broadcast", **load)

    return alternate(rounds, of_hub, of_bare)
