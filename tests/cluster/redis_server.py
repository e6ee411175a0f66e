"""Redis servers and Sentinels on hosts of the network."""

import os
import resource
import shutil

from cluster.process import Process, eventually
from cluster.resp import RedisError, ask

REDIS_PORT, SENTINEL_PORT = 6379, 26379
MASTER = "tidings"
PROGRAM = os.environ.get("TIDINGS_REDIS_SERVER", "redis-server")  # or valkey-server


class Server(Process):
    """What a Redis server and a Sentinel have in common."""

    port = 0

    def __init__(self, network, host, folder):
        super().__init__(network, host, folder, host)
        network.serve(host, self.port)

    @property
    def address(self):
        """Where others reach it."""
        return self.network.address(self.host), self.port

    def ask(self, *words, timeout=2.0):
        """The reply to one command that the harness sends."""
        return self.ask_each(words, timeout=timeout)[0]

    def ask_each(self, *commands, timeout=2.0):
        """The replies to commands on one connection: WAIT speaks of the writes of its own alone."""
        return ask(self.network.socket("harness"), self.address, *commands, timeout=timeout)

    def answers(self):
        """Whether it takes commands now."""
        try:
            return self.running and self.ask("PING") == "PONG"
        except (OSError, RedisError):
            return False

    def info(self, section="replication"):
        """The fields of INFO, or nothing while it does not answer."""
        try:
            lines = self.ask("INFO", section).splitlines()
        except (OSError, RedisError):
            return {}
        return dict(line.split(":", 1) for line in lines if ":" in line)


class Redis(Server):
    """Keeps an append-only file, so that kill -9 loses nothing that it had written. A write past RLIMIT_FSIZE fails as
    on a full disk, since the signal that would come with it is ignored."""

    port = REDIS_PORT
    env = None  # that of a clock which can be set off

    def start(self, primary=None):
        """Starts as a replica of the Redis server `primary`, or as a primary."""
        binds = self.network.binds(self.host)
        options = {"bind": binds, "port": self.port, "protected-mode": "no", "dir": self.folder, "save": "",
                   "appendonly": "yes", "appendfsync": "everysec", "loglevel": "notice",
                   "replica-announce-ip": self.network.address(self.host), "repl-diskless-sync-delay": 0,
                   "repl-timeout": 10, "repl-ping-replica-period": 1, "auto-aof-rewrite-percentage": 0}
        command = ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh", PROGRAM]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        if primary is not None:
            command += ["--replicaof", f"{primary.address[0]} {primary.port}"]
        self.spawn(command, self.env)

    def role(self):
        """`master`, `slave`, or None while it does not answer."""
        return self.info().get("role")

    def disk_full(self, full):
        """Every write to a file fails, or works again."""
        limit = 0 if full else resource.RLIM_INFINITY
        hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (limit if full else hard, hard))

    def wipe(self):
        """Removes what it keeps; while it is down."""
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)

    def save_copy(self, place):
        """A copy of what it keeps, as a backup would be: taken while it does not write, so that it is whole."""
        self.pause()
        try:
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(self.folder / "appendonlydir", place)
        finally:
            self.proceed()

    def restore_copy(self, place):
        """Puts a copy back; while it is down."""
        self.wipe()
        shutil.copytree(place, self.folder / "appendonlydir")


class Sentinel(Server):
    """Watches the primary; two of three agree that it is gone after a second without an answer."""

    port = SENTINEL_PORT

    def start(self, primary):
        """Starts, watching this Redis server; a Sentinel that was started before remembers whom it watched."""
        config = self.folder / "sentinel.conf"
        if not config.exists():
            config.write_text(f"""\
bind {self.network.binds(self.host)}
port {self.port}
protected-mode no
dir {self.folder}
sentinel announce-ip {self.network.address(self.host)}
sentinel announce-port {self.port}
sentinel monitor {MASTER} {primary.address[0]} {primary.port} 2
sentinel down-after-milliseconds {MASTER} 1000
sentinel failover-timeout {MASTER} 3000
sentinel parallel-syncs {MASTER} 2
""")
        self.spawn([PROGRAM, str(config), "--sentinel"])

    def hasten(self):
        """Looks at everything more often than the usual 1–10 s, so that a test sees more failovers in its time."""
        self.ask("SENTINEL", "DEBUG", "info-period", 500, "publish-period", 500, "ask-period", 300, "ping-period", 200)

    def primary(self):
        """The address that it gives for the primary, or None."""
        try:
            host, port = self.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)
            return host, int(port)
        except (OSError, RedisError, TypeError, ValueError):
            return None

    def others(self):
        """How many other Sentinels and how many replicas it knows."""
        try:
            fields = self.ask("SENTINEL", "MASTER", MASTER)
        except (OSError, RedisError):
            return 0, 0
        known = dict(zip(fields[::2], fields[1::2]))
        return int(known.get("num-other-sentinels", 0)), int(known.get("num-slaves", 0))


class Ensemble:
    """A primary, its replicas, and the Sentinels that watch them."""

    def __init__(self, network, folder, servers=3, sentinels=3):
        if "harness" not in network.hosts:
            network.add("harness")
        self.network = network
        for count, kind in ((servers, "redis"), (sentinels, "sentinel")):
            for number in range(1, count + 1):
                network.add(f"{kind}{number}")
        self.servers = [Redis(network, f"redis{n}", folder / f"redis{n}") for n in range(1, servers + 1)]
        self.sentinels = [Sentinel(network, f"sentinel{n}", folder / f"sentinel{n}") for n in range(1, sentinels + 1)]

    def url(self):
        """The hub's `store` for it."""
        if not self.sentinels:
            return "redis://{}:{}".format(*self.servers[0].address)
        hosts = ",".join("{}:{}".format(*sentinel.address) for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{MASTER}"

    async def start(self):
        """Starts all; the first server is the primary."""
        first = self.servers[0]
        first.start()
        await eventually(first.answers, why="Redis")
        for server in self.servers[1:]:
            server.start(first)
        for sentinel in self.sentinels:
            sentinel.start(first)
            await eventually(sentinel.answers, why="a Sentinel")
            sentinel.hasten()
        await self.healthy()

    def primary(self):
        """The server that most Sentinels name and that says so itself, or None while they don't agree."""
        if not self.sentinels:
            return self.servers[0] if self.servers[0].role() == "master" else None
        named = [sentinel.primary() for sentinel in self.sentinels]
        for server in self.servers:
            if named.count(server.address) * 2 > len(self.sentinels) and server.role() == "master":
                return server
        return None

    def whole(self):
        """Whether all that should be there is: every Sentinel names the primary, every replica follows it closely."""
        primary = self.primary()
        if primary is None or any(sentinel.primary() != primary.address for sentinel in self.sentinels):
            return False
        knows = (len(self.sentinels) - 1, len(self.servers) - 1)
        if any(sentinel.others() != knows for sentinel in self.sentinels):
            return False
        fields = primary.info()
        following = [set(fields.get(f"slave{n}", "").split(",")) for n in range(len(self.servers) - 1)]
        return all("state=online" in one and one & {"lag=0", "lag=1"} for one in following)

    async def healthy(self, timeout=60):
        """Waits until `whole`; the primary."""
        await eventually(self.whole, timeout, "a whole Redis ensemble")
        return self.primary()

    def stop(self):
        """Ends all, without ceremony."""
        for process in [*self.sentinels, *self.servers]:
            process.kill()
