"""The bare loop: the same bytes written to every stream, one send() each, and nothing else. What it costs is what the
kernel costs."""

import re

from launcher import TOOLS, Running

NAME = "bare send() loop"


def version():
    """It has none."""
    return ""


def start(launcher):
    """On a port that it tells first."""
    process = launcher.run(TOOLS / "bare_loop", "each")
    told = launcher.until(lambda: re.match(r"(\d+)\n", launcher.log()), "the bare loop tells no port")
    return Running(port=int(told[1]), pids=[process.pid], plain=False, publish_target="/api/v1/events",
                   target="/api/v1/events/stream")
