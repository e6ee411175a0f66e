"""The machine that is measured on: what it is, and which of its cores does what."""

import os
import pathlib
import platform
import resource
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "bench"
TOOLS = BUILD / "bench"


def cores():
    """(the server's, the generator's); the same one twice where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


def pinned(core, *command):
    """The command, to run on that core only."""
    return ["taskset", "--cpu-list", str(core), *map(str, command)]


def take_descriptors():
    """As many as may be had, for this process and those it starts. How many that is."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    return limit


class Others:
    """How much of the machine is taken by processes that are not ours: what they take, they take from a figure."""

    def __init__(self):
        self._at = time.monotonic()
        self._all, self._ours = self._busy(), self._own()

    def share(self):
        """Of all cores, since this was made."""
        passed = (time.monotonic() - self._at) * (os.cpu_count() or 1)
        return max(0.0, (self._busy() - self._all) - (self._own() - self._ours)) / passed

    @staticmethod
    def _busy():
        user, nice, system, _idle, _waiting, irq, softirq, steal = map(
            int, pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9])
        return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")

    @staticmethod
    def _own():
        used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in used)


def build():
    """The generator and the bare servers, optimised as the release is."""
    flags = ["-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1 -DNDEBUG",
             "-DTIDINGS_BENCHMARKS=ON", "-DTIDINGS_TESTS=OFF"]
    subprocess.run(["cmake", "-G", "Ninja", "-S", ROOT, "-B", BUILD, *flags], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", BUILD, "--target", "sse_load", "bare_loop", "bare_sync"], check=True,
                   stdout=subprocess.DEVNULL)


def describe(binary):
    """What figures depend on, and what was measured."""
    processor = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.machine())
    memory = next(line.split()[1] for line in pathlib.Path("/proc/meminfo").read_text().splitlines()
                  if line.startswith("MemTotal"))
    server, generator = cores()
    return {
        "processor": processor,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(int(memory) / 1e6, 1),
        "kernel": platform.release(),
        "debian": pathlib.Path("/etc/debian_version").read_text().strip(),
        "descriptors": resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        "server_core": server,
        "generator_core": generator,
        "hub": subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout.strip(),
        "commit": subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                                 check=False).stdout.strip(),
    }
