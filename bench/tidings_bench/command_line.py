"""bench/run: what was asked for, one scenario after the other, a table and a file."""

import argparse
import dataclasses
import json
import pathlib
import signal
import sys
import time

from tidings_bench import machine, servers
from tidings_bench.scenarios import SCENARIOS, latency

MOST_FOR_OTHERS = 0.1  # of the machine, before it is told


class Asked(argparse.Namespace):
    """The command line."""

    def seconds(self, of_a_run):
        """How long a run is to last."""
        return 0.4 if self.quick else of_a_run


def arguments(description):
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=f"of {', '.join(SCENARIOS)}; absent: all")
    parser.add_argument("--rounds", type=int, default=3, help="of which the medians are shown")
    parser.add_argument("--durability", default="process", choices=["memory", "process", "fsync"],
                        help="the hub's, where a scenario does not say")
    parser.add_argument("--load", action="append", choices=list(latency.LOADS), help="of the latency scenario; all")
    parser.add_argument("--resume-events", type=int, default=1_000_000, help="in the log that clients return to")
    parser.add_argument("--quick", action="store_true", help="whether it works, not what it costs; no goal is judged")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="figures; those of other scenarios stay in it")
    asked = parser.parse_args(namespace=Asked())
    if unknown := [name for name in asked.scenarios if name not in SCENARIOS]:
        parser.error(f"no scenario is called {unknown[0]}")
    asked.scenarios = asked.scenarios or list(SCENARIOS)
    asked.descriptors = machine.take_descriptors()
    if asked.quick:
        asked.rounds = 1
    return asked


def number(value):
    """Three digits or so."""
    return "" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def show(name, figure):
    """A line of the table."""
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    print(f"{name:8} {figure.what:62} {number(figure.hub):>9} {number(figure.reference):>9} {ratio:>6}  {figure.unit:12} "
          f"{figure.goal or '':18} {figure.judged()}", flush=True)


def keep(figures, figure):
    """In place of the one of the same name, if there is one."""
    for place, kept in enumerate(figures):
        if kept["what"] == figure["what"]:
            figures[place] = figure
            return
    figures.append(figure)


def main(description):
    """Builds, measures, shows."""
    asked = arguments(description)
    if not servers.BINARY.exists():
        raise SystemExit(f"bench: no hub at {servers.BINARY}; build it with ./run --build")
    # Told to end, it ends its servers first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    machine.build()
    document = json.loads(asked.json.read_text()) if asked.json and asked.json.exists() else {"scenarios": {}}
    document["machine"] = machine.describe(servers.BINARY)
    print(f"{'':71} {'hub':>9} {'reference':>9} {'ratio':>6}")
    for name in asked.scenarios:
        others = machine.Others()
        for figure in SCENARIOS[name].run(asked):
            show(name, figure)
            share = others.share()
            if share > MOST_FOR_OTHERS:
                print(f"{name:8} (other processes took {share:.0%} of this machine meanwhile)", flush=True)
            keep(document["scenarios"].setdefault(name, []),
                 {**dataclasses.asdict(figure), "quick": asked.quick, "others": round(share, 3),
                  "at": time.strftime("%FT%TZ", time.gmtime())})
            if asked.json:
                asked.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
