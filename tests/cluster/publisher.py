"""Publishers that send each event until it is acknowledged, by the same key, and write down what they were answered."""

import asyncio
import json

import tokens
from cluster.exchange import Connection
from cluster.records import EVERYONE, Published, cursor_of

TIMEOUT = 4.0


class Numbers:
    """The events of a whole run, numbered as they are made."""

    def __init__(self):
        self.published = []

    def make(self, recipients, kind="t"):
        """A new event that nobody has sent yet."""
        self.published.append(Published(len(self.published), kind, frozenset(recipients)))
        return self.published[-1]


def body_of(events, run):
    """What is posted for these events; `run` sets keys apart from those of other runs."""
    def one(event):
        content = {"type": event.type, "data": {"n": event.number}, "key": f"{run}-{event.number}"}
        users = [name.partition(":")[2] for name in event.recipients if name.startswith("user:")]
        channels = [name.partition(":")[2] for name in event.recipients if name.startswith("channel:")]
        if EVERYONE in event.recipients:
            return content
        return {**content, **({"users": users} if users else {}), **({"channels": channels} if channels else {})}

    return json.dumps([one(event) for event in events]).encode()


class Publisher:
    """Sends `batch` events at a time, `rate` events a second, to a hub at random; now and then, and after each
    failure, to another."""

    def __init__(self, network, addresses, numbers, dice, recipients, *, rate, batch=4, run="run"):
        self.network, self.addresses, self.numbers, self.dice = network, list(addresses), numbers, dice
        self.recipients, self.rate, self.batch, self.run_name = recipients, rate, batch, run
        self.errors = []  # answers that an application could not cure by sending again
        self.refusals = {}  # 503s by code
        self.lost = 0  # requests whose answer never came
        self.connection = None
        self.stopped = False

    async def run(self):
        """Until `stop`; what is under way then is sent until it is acknowledged."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not self.stopped:
            if self.dice.randrange(40) == 0:
                self.close()  # and on to another hub
            events = [self.numbers.make(*self.recipients(self.dice)) for _ in range(self.batch)]
            await self.deliver(events)
            due = max(due + self.batch / self.rate, loop.time() - 1.0)  # an outage is not made up for
            await asyncio.sleep(max(0.0, due - loop.time()))
        self.close()

    def stop(self):
        """No new events."""
        self.stopped = True

    def close(self):
        """Leaves the hub."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    async def deliver(self, events):
        """Sends these, all or none, until they are acknowledged or refused for good."""
        body, failures = body_of(events, self.run_name), 0
        while True:
            answer = await self._post(body)
            if answer is not None and answer.status == 200:
                for event, identifier in zip(events, answer.json()["ids"], strict=True):
                    event.cursor = cursor_of(identifier)
                return
            if answer is not None and answer.status != 503:
                self.errors.append(f"{answer.status} {answer.body.decode()[:200]}")
                return
            if answer is not None:
                self.refusals[answer.code] = self.refusals.get(answer.code, 0) + 1
                if "retry-after" not in answer.headers:
                    self.errors.append("503 without Retry-After")
            failures += 1
            self.close()
            await asyncio.sleep(self.dice.uniform(0, min(1.0, 0.05 * 2 ** min(failures, 5))))

    async def _post(self, body):
        if self.connection is None:
            self.connection = Connection(self.network, self.dice.choice(self.addresses), timeout=TIMEOUT)
        try:
            return await self.connection.request("POST", "/api/v1/events", token=tokens.PUBLISHER_KEY, body=body,
                                                 headers={"Content-Type": "application/json"})
        except (OSError, EOFError):
            self.lost += 1
            return None
