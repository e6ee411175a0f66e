"""FastAPI with sse-starlette on uvicorn: one process, a queue a stream."""

import subprocess

from launcher import INSTALLED, free_port
from running import Running
from tidings_bench.machine import ROOT

NAME = "FastAPI"
PYTHON = INSTALLED / "fastapi" / "bin" / "python"


def version():
    """Of the packages that do the work."""
    if not PYTHON.exists():
        raise SystemExit("peers: FastAPI is missing; bench/peers/setup installs it")
    ask = "from importlib.metadata import version as v; print(v('fastapi'), v('sse-starlette'), v('uvicorn'))"
    fastapi, sse_starlette, uvicorn = subprocess.run(
        [PYTHON, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    return f"{fastapi}, sse-starlette {sse_starlette}, uvicorn {uvicorn}"


def start(launcher):
    """uvicorn as it comes with its faster parts (uvloop, httptools), without its access log."""
    port = free_port()
    process = launcher.run(
        PYTHON, "-m", "uvicorn", "app:app", "--app-dir", ROOT / "bench" / "peers" / "fastapi", "--host", "127.0.0.1",
        "--port", port, "--backlog", 4096, "--no-access-log", "--log-level", "warning", "--timeout-keep-alive", 60)
    launcher.wait_for(port)
    return Running(port=port, pids=[process.pid])
