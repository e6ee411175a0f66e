"""A subscriber of the tests' own: reads a stream strictly, records all of it, and can be cut anywhere."""

import json
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import wire

SYSTEM = {"hello", "ping", "gap", "reauth", "bye"}


@dataclass
class Event:
    """One event as the WHATWG stream parser would dispatch it."""

    type: str
    data: str
    id: str

    def json(self):
        """The data as JSON."""
        return json.loads(self.data)

    @property
    def cursor(self):
        """The id as (epoch, sequence)."""
        epoch, sequence = self.id.split("-")
        return epoch, int(sequence)


class Refused(Exception):
    """The hub answered something other than a stream."""

    def __init__(self, answer):
        super().__init__(f"{answer.status} {answer.body.decode()}")
        self.answer = answer
        self.status = answer.status
        self.code = answer.code


class Stream:
    """One stream, open from the start; `next` and its like read on. Raises `Refused` where there is none. `resume` goes
    out as Last-Event-ID, other keywords as parameters."""

    def __init__(self, target, *, token=None, resume=None, version="HTTP/1.1", headers=None, timeout=10,
                 receive_buffer=None, **query):
        fields = dict(headers or {})
        if token is not None:
            fields["Authorization"] = f"Bearer {token}"
        if resume is not None:
            fields["Last-Event-ID"] = resume
        path = "/api/v1/events/stream" + (f"?{urlencode(query)}" if query else "")
        host = "localhost" if isinstance(target, str) or ":" in target[0] else "{}:{}".format(*target)
        self.connection = wire.Connection(target, timeout, receive_buffer)
        self.timeout = timeout
        self.events = []
        self.retry = None
        self.last_id = resume
        self._text = b""
        self._fields = {"data": []}
        self.connection.send(wire.request("GET", path, host=host, headers=fields, version=version))
        self.head = self.connection.head()
        if self.head.status != 200:
            length = int(self.head.headers.get("content-length", 0))
            self.head.body = self.connection.exactly(length)
            self.close()
            raise Refused(self.head)
        self.chunked = self.head.headers.get("transfer-encoding") == "chunked"

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        """Closes without a word."""
        self.connection.close()

    def cut(self):
        """Ends the connection with a reset."""
        self.connection.reset()

    def _read(self):
        if self.chunked:
            data = self.connection.chunk()
            if not data:
                raise wire.Closed
        else:
            data, self.connection.buffer = self.connection.buffer, b""
            if not data:
                self.connection._more()
                return self._read()
        self._text += data

    def _line(self, line):
        name, _, value = line.partition(": ")
        assert name in ("data", "id", "event", "retry"), line
        assert "\r" not in value and "\0" not in value
        if name == "data":
            self._fields["data"].append(value)
        elif name == "retry":
            self.retry = int(value)
        else:
            assert name not in self._fields, line
            self._fields[name] = value

    def next(self, timeout=None):
        """The next event of any kind; TimeoutError where none comes, wire.Closed where the stream ends."""
        deadline = time.monotonic() + (timeout or self.timeout)
        while True:
            while b"\n" in self._text:
                line, self._text = self._text.split(b"\n", 1)
                if line:
                    self._line(line.decode())
                elif len(self._fields) > 1 or self._fields["data"]:
                    return self._dispatch()
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"no event; so far {self.events[-5:]}")
            self.connection.socket.settimeout(left)
            try:
                self._read()
            except socket.timeout:
                raise TimeoutError(f"no event; so far {self.events[-5:]}") from None

    def _dispatch(self):
        fields, self._fields = self._fields, {"data": []}
        event = Event(fields.get("event", "message"), "\n".join(fields["data"]), fields.get("id", self.last_id))
        self.last_id = event.id
        self.events.append(event)
        return event

    def hello(self):
        """The first event, which must be `hello`, as (event, data)."""
        event = self.next()
        assert event.type == "hello", event
        return event, event.json()

    def until(self, kind, timeout=None):
        """Reads until an event of this type."""
        deadline = time.monotonic() + (timeout or self.timeout)
        while True:
            event = self.next(max(0.01, deadline - time.monotonic()))
            if event.type == kind:
                return event

    def take(self, count, timeout=None):
        """The next `count` application events; a `gap` or `bye` among them fails the test."""
        found = []
        while len(found) < count:
            event = self.next(timeout)
            assert event.type not in ("gap", "bye"), event
            if event.type not in SYSTEM:
                found.append(event)
        return found
