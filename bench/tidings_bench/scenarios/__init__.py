"""What is measured, a module a scenario: each has `run(asked)`, which yields figures as they are there."""

from tidings_bench.scenarios import burst, connect, cpu, latency, memory, publish, resume, shared

SCENARIOS = {"cpu": cpu, "latency": latency, "burst": burst, "memory": memory, "publish": publish, "connect": connect,
             "resume": resume, "shared": shared}
