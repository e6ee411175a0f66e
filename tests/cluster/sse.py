"""A parser of event streams of the harness's own: it shares nothing with the hub, and takes nothing that is not exact."""

from dataclasses import dataclass


class Malformed(Exception):
    """Bytes that no hub should send."""


@dataclass(slots=True)
class Event:
    """One event as it stands on the wire."""

    type: str
    data: str
    id: str


class Chunks:
    """Takes the chunk framing off (RFC 9112, section 7.1)."""

    def __init__(self):
        self._buffer = b""
        self.ended = False

    def feed(self, data):
        """The content of the chunks that are whole now."""
        buffer, at, content = self._buffer + data, 0, []
        while (line := buffer.find(b"\r\n", at)) >= 0:
            digits = buffer[at:line]
            if not digits or digits.strip(b"0123456789abcdefABCDEF"):
                raise Malformed(f"a chunk of size {digits!r}")
            size = int(digits, 16)
            start, end = line + 2, line + 2 + size
            if len(buffer) < end + 2:
                break
            if buffer[end:end + 2] != b"\r\n":
                raise Malformed("a chunk without its end")
            if size == 0:
                self.ended = True
            content.append(buffer[start:end])
            at = end + 2
        self._buffer = buffer[at:]
        return b"".join(content)


class Parser:
    """Text of a stream in, events out; `retry` is the last reconnection time that was given."""

    def __init__(self):
        self._buffer = b""
        self.retry = None

    def feed(self, data):
        """The events that are complete now."""
        *blocks, self._buffer = (self._buffer + data).split(b"\n\n")
        return [event for block in blocks if (event := self._event(block)) is not None]

    def _event(self, block):
        kind, identifier, data = "", None, []
        for line in block.decode().lstrip("\n").split("\n"):
            name, colon, value = line.partition(": ")
            if name == "data" and colon:
                data.append(value)
            elif name == "id" and colon and identifier is None:
                identifier = value
            elif name == "event" and colon and not kind:
                kind = value
            elif name == "retry" and value.isdigit():
                self.retry = int(value)
            else:
                raise Malformed(f"the line {line!r}")
        if not kind and identifier is None and not data:
            return None
        if not kind or identifier is None or not data:
            raise Malformed(f"an event without its type, id or data: {block!r}")
        return Event(kind, "\n".join(data), identifier)
