"""Runs of the load generator, on its own core. A run that fails, as by an event that did not arrive, ends everything."""

import json
import os
import subprocess

from tidings_bench import machine


def _start(server, run, background, options):
    options = {"port": server.port, "pids": server.process.pid, **server.options,
               **{name.replace("_", "-"): value for name, value in options.items()}}
    _, core = machine.cores()
    return subprocess.Popen(
        machine.pinned(core, machine.TOOLS / "sse_load", run, *(f"--{name}={value}" for name, value in options.items())),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        # What merely makes load gives way at once to what measures on the same core.
        preexec_fn=(lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))) if background else None)


def generate(server, run, **options):
    """The figures of a run from its start to its end."""
    process = _start(server, run, False, options)
    figures, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"bench: the {run} run failed")
    return json.loads(figures)


class Steered:
    """A run that waits for its word, for a `with` block. In the background it only gets the time that others leave."""

    def __init__(self, server, run, background=False, **options):
        self.run = run
        self._process = _start(server, run, background, options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def reached(self, what):
        """Waits until the run says that it got there."""
        if self._process.stdout.readline().strip() != what:
            raise SystemExit(f"bench: the {self.run} run failed")

    def go_on(self):
        """Gives the word."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def figures(self):
        """Ends the run."""
        self._process.stdin.close()
        figures = self._process.stdout.read()
        if self._process.wait() != 0:
            raise SystemExit(f"bench: the {self.run} run failed")
        return json.loads(figures)
