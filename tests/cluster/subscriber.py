"""Clients that keep a stream up on any of several hubs, and write down all that they receive."""

import asyncio
import json
import time
from dataclasses import dataclass, field

import tokens
from cluster.exchange import Connection
from cluster.records import cursor_of
from cluster.sse import Chunks, Malformed, Parser

SILENCE = 4.0  # heartbeats come every second
RETRIED = (429, 503)


def access(user, **permissions):
    """A token that stays good through every clock of the harness, an hour off as they may be."""
    now = int(time.time())
    return tokens.access(user, iat=now - 7200, exp=now + 86400, **permissions)


@dataclass
class Experience:
    """What an application would notice beside its events."""

    errors: list = field(default_factory=list)  # answers that are no reason to come back
    outages: list = field(default_factory=list)  # (when a stream ended, when the next one said hello), monotonic
    byes: list = field(default_factory=list)  # reasons
    refusals: int = 0  # 429 and 503, after which it came back


class Subscriber:
    """Opens streams until it is told to stop. Each return goes to a hub at random, other than the last if that one was
    lost; it asks for the last id that it has seen or, one time in `rewinds`, an older one."""

    def __init__(self, network, addresses, user, record, dice, *, channels=(), types=(), by_session=False, rewinds=0,
                 subscribe=("**",)):
        self.network, self.addresses, self.record, self.dice = network, list(addresses), record, dice
        self.channels, self.types, self.by_session, self.rewinds = channels, types, by_session, rewinds
        self.token = access(user, subscribe=list(subscribe))
        self.experience = Experience()
        self.seen = []  # the last ids
        self.numbers = set()  # of the events received
        self.connection_id = None
        self.at = None  # the address of the open stream
        self.changed = asyncio.Event()
        self.stopped = False

    async def run(self):
        """Until `stop`."""
        failures, avoided, ended = 0, None, None
        while not self.stopped:
            choices = [one for one in self.addresses if one != avoided] or self.addresses
            address = self.dice.choice(choices)
            try:
                greeted = await self._stream(address, ended)
            except Malformed as error:
                self.experience.errors.append(f"malformed: {error}")
                greeted = True
            failures = 0 if greeted else failures + 1
            if greeted:
                ended = time.monotonic()
            avoided = address
            await asyncio.sleep(self.dice.uniform(0, min(2.0, 0.1 * 2 ** min(failures, 5))))

    def stop(self):
        """Ends at the next byte or heartbeat; cancel `run` where that is too late."""
        self.stopped = True

    async def until(self, condition, timeout, why):
        """Waits until `condition()` holds, looking again at each event."""
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise AssertionError(f"{self.record.name}: {why}: not within {timeout} s") from None

    async def _stream(self, address, ended):
        """One attempt; whether `hello` came."""
        connection = Connection(self.network, address, timeout=SILENCE)
        asked = self._asked()
        greeted = False
        try:
            await connection.open()
            target, token = await self._credential(connection)
            if target is None:
                return False
            connection.send("GET", target, token=token, headers={"Last-Event-ID": asked} if asked else None)
            async with asyncio.timeout(SILENCE):
                answer = await connection.head()
            if answer.status != 200:
                async with asyncio.timeout(SILENCE):
                    self._refused(await connection.body_of(answer))
                return False
            chunks, parser = Chunks(), Parser()
            while not self.stopped and not chunks.ended:
                async with asyncio.timeout(SILENCE):
                    data = await connection.reader.read(65536)
                if not data:
                    break
                for event in parser.feed(chunks.feed(data)):
                    if event.type == "hello":
                        greeted = True
                        self._greeted(event, asked, address, ended)
                    else:
                        self._event(event)
                self.changed.set()
        except (OSError, EOFError):
            pass  # whoever runs it comes back
        finally:
            self.at = None
            self.changed.set()
            connection.close()
        return greeted

    def _asked(self):
        if not self.seen:
            return None
        if self.rewinds and self.dice.randrange(self.rewinds) == 0:
            return self.dice.choice(self.seen)
        return self.seen[-1]

    async def _credential(self, connection):
        """The target of a stream and its bearer token; no target where a session was refused."""
        query = []
        if self.channels:
            query.append("channels=" + ",".join(self.channels))
        if self.types:
            query.append("events=" + ",".join(self.types))
        if not self.by_session:
            return "/api/v1/events/stream" + ("?" + "&".join(query) if query else ""), self.token
        answer = await connection.request("POST", "/api/v1/events/session", token=self.token)
        if answer.status != 201:
            self._refused(answer)
            return None, None
        query.append("session_id=" + answer.json()["session_id"])
        if connection.writer is None:
            await connection.open()
        return "/api/v1/events/stream?" + "&".join(query), None

    def _refused(self, answer):
        if answer.status in RETRIED or (self.by_session and answer.code == "session_invalid"):
            self.experience.refusals += 1
        else:
            self.experience.errors.append(f"{answer.status} {answer.code}")

    def _greeted(self, event, asked, address, ended):
        hello = json.loads(event.data)
        self.connection_id, self.at = hello["connection_id"], address
        if ended is not None:
            self.experience.outages.append((ended, time.monotonic()))
        self.record.opened(cursor_of(asked) if asked else None, cursor_of(event.id))
        self._saw(event.id)

    def _event(self, event):
        if event.type == "gap":
            gap = json.loads(event.data)
            if gap["to"] != event.id:
                raise Malformed(f"a gap to {gap['to']} with the id {event.id}")
            self.record.gap(gap["reason"], cursor_of(gap["from"]) if _is_cursor(gap["from"]) else None, cursor_of(event.id))
        elif event.type == "bye":
            self.experience.byes.append(json.loads(event.data)["reason"])
        elif event.type not in ("ping", "reauth"):
            number = json.loads(event.data)["n"]
            self.record.received(cursor_of(event.id), number)
            self.numbers.add(number)
        self._saw(event.id)

    def _saw(self, identifier):
        self.seen.append(identifier)
        if len(self.seen) > 100:
            del self.seen[:50]


def _is_cursor(text):
    return text is not None and text.count("-") == 1
