"""A hub on a host of the network: the integration tests' hub, started and asked without holding up the other clients."""

import asyncio

import hub
from cluster.exchange import exchange
from cluster.process import bound_to_us, eventually

PORT = 8080


class Node(hub.Hub):
    """Its settings are those of the integration tests' hub, and `store`."""

    def __init__(self, network, host, folder, settings, env=None):
        folder.mkdir(parents=True, exist_ok=True)
        network.add(host)
        network.serve(host, PORT)
        self.network, self.host = network, host
        listen = f"{network.binds(host)}:{PORT}"
        super().__init__(folder, {"listen": listen, "log.level": "info", "stream.heartbeat": "1s", "stream.retry": "100ms",
                                  "limits.streams_per_user": 10000, "session.per_user": 10000, **settings},
                         env=env, wrapper=bound_to_us(network.wrapper(host)))
        self.mark = 0

    @property
    def address(self):
        """Where clients reach it."""
        return self.network.address(self.host), PORT

    @property
    def running(self):
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def launch(self):
        """Starts, and waits for nothing."""
        self._spawn()

    async def up(self, timeout=60):
        """Starts, and waits until it says that it is ready."""
        self.launch()
        await eventually(lambda: self.logged("ready", self.mark) or self._died(), timeout, f"{self.host} ready")

    async def down(self, timeout=60):
        """Drains and ends, as an upgrade would."""
        self.process.terminate()
        await eventually(lambda: self.process.poll() is not None, timeout, f"the end of {self.host}")
        self.stop()

    async def ready(self):
        """Whether /readyz says yes."""
        try:
            return (await self.ask("GET", "/readyz", timeout=1.0)).status == 200
        except (OSError, EOFError):
            return False

    async def ask(self, method, path, **options):
        """One request on a connection of its own; see `exchange`."""
        return await exchange(self.network, self.address, method, path, **options)

    async def samples(self):
        """All of /metrics, asked on the host itself, since that is whom it answers."""
        answer = await exchange(self.network, self.address, "GET", "/metrics", host=self.host)
        lines = answer.body.decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


async def all_ready(nodes, timeout=60):
    """Waits until every node takes streams."""
    await asyncio.gather(*(eventually(node.ready, timeout, f"{node.host} ready") for node in nodes))
