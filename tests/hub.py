"""A hub of the tests' own: the real binary on free ports, with a folder, a log and a life of its own."""

import http.client
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import tokens
from client import Client
from openapi import Description
from stream import Stream

ROOT = Path(__file__).resolve().parent.parent
BINARY = os.environ.get("TIDINGS_BINARY") or str(ROOT / "build/release/tidings")
SCALE = float(os.environ.get("TIDINGS_TEST_SCALE", "1"))
TOKEN = re.compile(rb"eyJ[\w-]{8,}\.")
SANITIZED = re.compile(rb"(Address|Leak|Thread|Memory)Sanitizer|runtime error:")
_descriptions = {}


def scaled(count, least=1):
    """`count`, made smaller where the binary is slow."""
    return max(least, int(count * SCALE))


def eventually(condition, timeout=10, why="the condition"):
    """Waits until `condition()` is true and returns it; fails the test at the deadline."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{why} did not come true within {timeout} s"
        time.sleep(0.01)
    return value


def environment(extra=None):
    """This process's, without what would be read as the hub's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIDINGS_")}
    return {**kept, **(extra or {})}


class Hub:
    """Settings are by their SPEC names with `_` for `.` in keywords, or exact names in a dict; a list repeats."""

    DEFAULTS = {"listen": "127.0.0.1:0", "auth.secret": tokens.SECRET, "publish.key": tokens.PUBLISHER_KEY,
                "log.level": "debug", "log.format": "json", "shards": 2, "drain": "200ms",
                # As a token that has just ended must be refused without a wait, tests that need leeway ask for it.
                "auth.clock_skew": "0s"}

    def __init__(self, folder, settings=None, *, env=None, wrapper=(), config=None):
        self.folder = Path(folder)
        self.settings = {**self.DEFAULTS, "data_dir": str(self.folder / "data"), **(settings or {})}
        self.env, self.wrapper, self.config = env or {}, list(wrapper), config
        self.log_path = self.folder / "hub.log"
        self.process = None
        self.targets = {}

    def command(self):
        """What is run."""
        arguments = ["--config", str(self.config)] if self.config else []
        for name, value in self.settings.items():
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    arguments.append(f"--{name}={str(one).lower() if isinstance(one, bool) else one}")
        return [*self.wrapper, BINARY, "serve", *arguments]

    def start(self, timeout=30):
        """Starts and waits until it takes streams. A restart binds the same ports."""
        self._spawn()
        eventually(lambda: self.logged("ready", self.mark) or self._died(), timeout, "ready")
        listening = self.logged("listening", self.mark)
        self.targets = {side: [_target(line["address"]) for line in listening if line["side"] == side]
                        for side in ("everyone", "admin")}
        self.settings["listen"] = [line["address"] for line in listening if line["side"] == "everyone"]
        return self

    def _spawn(self):
        self.mark = self.log_path.stat().st_size if self.log_path.exists() else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, env=environment(self.env))

    def _died(self):
        assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.log_text(self.mark)[-2000:]}"

    def fails_to_start(self, timeout=30):
        """Starts where it is expected to refuse: (status, what it said)."""
        self._spawn()
        status = self.process.wait(timeout)
        self.process = None
        self._check_log()
        return status, self.log_text(self.mark)

    def log_text(self, start=0):
        """The log from a byte offset."""
        with open(self.log_path, "rb") as log:
            log.seek(start)
            return log.read().decode()

    def logged(self, event, start=0):
        """The log's lines of this event, whole lines only."""
        lines = self.log_text(start).split("\n")[:-1]
        found = [json.loads(line) for line in lines if f'"{event}"' in line and line.startswith("{")]
        return [line for line in found if line["event"] == event]

    def wait_logged(self, event, start=None, timeout=10):
        """The first line of this event since the last start."""
        return eventually(lambda: self.logged(event, self.mark if start is None else start), timeout, event)[0]

    def signal(self, number):
        """Sends a signal to the hub itself."""
        self.process.send_signal(number)

    def stop(self, timeout=30):
        """SIGTERM; it must end with 0 and leave no sanitizer's report."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"did not stop in {timeout} s: {self.log_text()[-2000:]}") from None
        self.process = None
        self._check_log()
        assert status == 0, f"ended with {status}: {self.log_text()[-3000:]}"

    def kill(self):
        """kill -9, as the kernel or a power cut would."""
        self.process.kill()
        self.process.wait()
        self.process = None
        self._check_log()

    def restart(self):
        """Stops cleanly and starts again on the same folder and port."""
        self.stop()
        return self.start()

    def _check_log(self):
        log = self.log_path.read_bytes()
        report = SANITIZED.search(log)
        assert not report, log[max(0, report.start() - 200):report.start() + 6000].decode()
        for secret in (tokens.SECRET, tokens.PUBLISHER_KEY):
            assert secret.encode() not in log, "a secret in the log"
        assert not TOKEN.search(log), "a token in the log"

    @property
    def target(self):
        """Where everyone connects."""
        return self.targets["everyone"][0]

    @property
    def origin(self):
        """The URL of where everyone connects, without a path."""
        return "http://{}:{}".format(*self.target)

    def client(self, side="everyone"):
        """A kept-alive connection whose answers are checked too."""
        return Client(self, self.targets[side][0])

    def request(self, method, path, *, side="everyone", **options):
        """One request on a connection of its own; see `Client.request`."""
        with self.client(side) as client:
            return client.request(method, path, **options)

    def stream(self, token=None, **options):
        """Opens a stream; see `Stream`."""
        return Stream(self.target, token=token, **options)

    def session(self, token, **options):
        """A session's id."""
        answer = self.request("POST", "/api/v1/events/session", token=token, json=options or None)
        assert answer.status == 201, answer
        return answer.json()["session_id"]

    def publish(self, *events, token=tokens.PUBLISHER_KEY):
        """Publishes dicts as one body; their ids."""
        answer = self.request("POST", "/api/v1/events", token=token, json=list(events))
        assert answer.status == 200, answer
        return answer.json()["ids"]

    def metrics(self, side="everyone"):
        """All samples: {'name{label="value"}': number}."""
        lines = self.request("GET", "/metrics", side=side).body.decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    @property
    def description(self):
        """The OpenAPI description of this binary."""
        if BINARY not in _descriptions:
            connection = http.client.HTTPConnection(*self.target, timeout=10)
            connection.request("GET", "/openapi.json")
            _descriptions[BINARY] = Description(json.loads(connection.getresponse().read()))
            connection.close()
        return _descriptions[BINARY]

    def memory(self, field="RssAnon"):
        """A figure of /proc/<pid>/status, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+) kB", status).group(1)) * 1024


def _target(address):
    if address.startswith("unix:"):
        return address.removeprefix("unix:")
    host, port = address.rsplit(":", 1)
    return host.strip("[]"), int(port)
