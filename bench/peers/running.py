"""What a peer tells of itself once it runs; which peers there are."""

import dataclasses
import importlib.util
import pathlib
import types

from launcher import Launcher

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Running:
    """How the load generator reaches a peer: a GET opens a stream, a POST publishes to all of them."""

    port: int
    pids: list[int]  # whose memory and processor time are the peer's
    target: str = "/streams"  # of a stream's request
    publish_target: str = "/events"
    publish_port: int = 0  # 0: the same
    publish_body: str = ""  # %e: the event's data, escaped for a JSON string; empty: the data as it is
    opening: int = 0  # the most streams that it can bear to be opened at a time; 0: any number


class Peer:
    """A peer that runs, for a `with` block, as the load generator wants it."""

    def __init__(self, module):
        self._launcher = Launcher()
        self._module = module
        self.port = 0
        self.process = types.SimpleNamespace(pid=0)  # the options say which processes there are
        self.options = {}

    def __enter__(self):
        try:
            running = self._module.start(self._launcher)
        except BaseException:
            self._launcher.__exit__()
            raise
        self.port = running.port
        self.options = {"plain": 1, "pids": ",".join(map(str, running.pids)), "stream-target": running.target,
                        "publish-target": running.publish_target, "publish-port": running.publish_port,
                        "publish-body": running.publish_body, "opening": running.opening}
        return self

    def __exit__(self, *_):
        self._launcher.__exit__()


def modules():
    """Every peer's module, by the name of its folder."""
    found = {}
    for path in sorted(HERE.glob("*/peer.py")):
        spec = importlib.util.spec_from_file_location("peer_" + path.parent.name.replace("-", "_"), path)
        found[path.parent.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found[path.parent.name])
    return found
