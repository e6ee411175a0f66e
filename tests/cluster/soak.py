"""Faults at random moments while clients stream and publishers publish, and the checker's word at the end.

    PYTHONPATH=tests build/venv/bin/python -m cluster.soak --faults 200 --deliveries 10000000 --seed 7

runs by itself what `test_soak.py` runs short. The seed decides which faults, when, for how long and on what; what the
kernel and the processes make of it differs from run to run.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cluster import faults
from cluster.load import Load
from cluster.topology import Cluster


@dataclass
class Run:
    """What is wanted of a run; it ends when all of it is reached, or at `seconds`."""

    seed: int
    faults: int
    deliveries: int = 0
    seconds: float = float("inf")
    kinds: tuple = faults.WITHIN
    durability: str = "replica:1"
    streams: int = 30
    rate: float = 60.0
    paused: float = 1.0
    say: object = print
    settings: dict = field(default_factory=dict)  # of the hubs, beside the durability


@dataclass
class Outcome:
    """What came of it."""

    findings: object
    faults: Counter
    errors: list
    outages: list
    refusals: Counter
    seconds: float
    seed: int = 0

    def summary(self):
        """The figures in lines of text."""
        outages = sorted(self.outages) or [0.0]
        return "\n".join([
            f"seed {self.seed}: {sum(self.faults.values())} faults in {self.seconds:.0f} s",
            *(f"  {count:4} {name}" for name, count in sorted(self.faults.items())),
            self.findings.summary(),
            f"streams that ended and returned {len(self.outages):,}: mean {sum(outages) / len(outages):.2f} s, "
            f"longest {outages[-1]:.2f} s",
            f"publishers were asked to come back: {dict(self.refusals) or 0}",
            f"errors that an application sees: {len(self.errors)}", *(f"  {error}" for error in self.errors[:20])])

    @property
    def well(self):
        """Whether every promise held."""
        return self.findings.well and not self.errors


async def soak(folder, run):
    """One run in a folder of its own."""
    dice = random.Random(run.seed)
    began = time.monotonic()
    run.say(f"seed {run.seed}")
    settings = {"log.durability": run.durability, **run.settings}
    async with Cluster(folder, settings=settings, clocks=not {faults.HubClockOff, faults.PrimaryClockOff}.isdisjoint(run.kinds)) as cluster:
        load = Load(cluster, run.seed, streams=run.streams, rate=run.rate)
        await load.start()
        done = Counter()
        kinds = []
        while time.monotonic() - began < run.seconds:
            reached = sum(done.values()) >= run.faults
            if reached and load.deliveries >= run.deliveries:
                break
            if reached:
                await asyncio.sleep(0.5)
                continue
            if not kinds:  # each kind once before any comes again
                kinds = dice.sample(run.kinds, len(run.kinds))
            fault = kinds.pop()(cluster, dice, run.paused)
            await through(fault, load, run.say)
            done[fault.name] += 1
        findings = await load.finish()
        refusals = sum((Counter(one.refusals) for one in load.publishers), Counter())
        return Outcome(findings, done, load.errors(), load.outages(), refusals, time.monotonic() - began, run.seed)


async def through(fault, load, say):
    """A fault from its beginning until the cluster is whole again."""
    dice, began, before = fault.dice, time.monotonic(), load.acknowledged
    await fault.begin()
    lasted = dice.uniform(*fault.lasts)
    await asyncio.sleep(lasted)
    await fault.end()
    await fault.cluster.whole()
    load.check_running()
    say(f"{fault.name}, {lasted:.1f} s; whole after {time.monotonic() - began:.1f} s, {load.acknowledged - before} "
        f"acknowledged meanwhile; {load.deliveries:,} deliveries so far")
    await asyncio.sleep(dice.uniform(0.0, 1.0))


def main():
    """The long run; status 1 where a promise did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--deliveries", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="ends it at the latest")
    parser.add_argument("--durability", default="replica:1")
    parser.add_argument("--beyond", action="store_true", help="also faults beyond what replica:1 promises")
    parser.add_argument("--kind", action="append", default=[], help="only faults of these names, as HubKilled")
    parser.add_argument("--streams", type=int, default=60)
    parser.add_argument("--rate", type=float, default=150.0, help="events published a second")
    parser.add_argument("--paused", type=float, default=30.0, help="seconds that a paused hub stands still")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the hubs")
    parser.add_argument("--folder", type=Path, help="keeps logs there")
    given = parser.parse_args()
    kinds = faults.WITHIN + faults.BEYOND if given.beyond else faults.WITHIN
    if given.kind:
        kinds = tuple(getattr(faults, name) for name in given.kind)
    run = Run(given.seed, given.faults, given.deliveries, given.seconds, kinds, given.durability, given.streams,
              given.rate, given.paused, lambda line: print(line, flush=True),
              dict(one.split("=", 1) for one in given.set))
    with tempfile.TemporaryDirectory() as temporary:
        outcome = asyncio.run(soak(given.folder or Path(temporary), run))
    print(outcome.summary())
    return 0 if outcome.well else 1


if __name__ == "__main__":
    raise SystemExit(main())
