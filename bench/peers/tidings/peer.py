"""The hub itself, as it comes: tokens checked, type filters, a durable log (fsync), one shard."""

import os
import re

from launcher import ROOT, Running

NAME = "Tidings"

BINARY = os.environ.get("TIDINGS_BINARY", ROOT / "build" / "release" / "tidings")
SECRET = "bench-secret-0123456789-0123456789-0123456789"
PUBLISH_KEY = "bench-publish-key-0123456789-0123456789"
LISTENING = re.compile(r'"address":"127\.0\.0\.1:(\d+)"')

CONFIGURATION = """
listen = "127.0.0.1:0"
data_dir = "{folder}/data"
drain = "1s"
shards = 1
[auth]
secret = "{secret}"
[publish]
key = "{key}"
[log]
format = "json"
"""


def version():
    """Whatever was built."""
    return ""


def start(launcher):
    """On a port that it chooses, with a folder of its own."""
    if not os.path.exists(BINARY):
        raise SystemExit(f"peers: no hub at {BINARY}; build it with ./run --build")
    configuration = launcher.write("tidings.toml", CONFIGURATION.format(
        folder=launcher.folder, secret=SECRET, key=PUBLISH_KEY))
    process = launcher.run(BINARY, "serve", "--config", configuration)
    launcher.until(lambda: '"ready"' in launcher.log(), "the hub is not ready")
    port = int(LISTENING.search(launcher.log())[1])
    return Running(port=port, pids=[process.pid], plain=False, target="/api/v1/events/stream?events=a.b,c.d&meta_bench=1",
                   publish_target="/api/v1/events", secret=SECRET, publish_key=PUBLISH_KEY)
