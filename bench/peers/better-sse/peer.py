"""better-sse: sessions and a channel in one Node.js process."""

import json
import shutil

from launcher import INSTALLED, free_port
from running import Running
from tidings_bench.machine import ROOT

NAME = "better-sse"
HERE = INSTALLED / "better-sse"


def version():
    """Of the npm package."""
    package = HERE / "node_modules" / "better-sse" / "package.json"
    if not package.exists():
        raise SystemExit("peers: better-sse is missing; bench/peers/setup installs it")
    return json.loads(package.read_text())["version"]


def start(launcher):
    """server.mjs, beside the packages that it imports."""
    own_node = ROOT / "build" / "tools" / "node_modules" / "node" / "bin" / "node"
    script = shutil.copy(ROOT / "bench" / "peers" / "better-sse" / "server.mjs", HERE)
    port = free_port()
    process = launcher.run(own_node if own_node.exists() else "node", script, port)
    launcher.wait_for(port)
    return Running(port=port, pids=[process.pid])
