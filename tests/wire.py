"""HTTP by hand: bytes out, and a response read as strictly as RFC 9112 lets one read it."""

import json
import socket
import struct
from dataclasses import dataclass


class Closed(Exception):
    """The other side closed where more was due."""


@dataclass
class Answer:
    """A response read whole, or the head of one that goes on."""

    version: str
    status: int
    headers: dict  # by lower-case name; a repeated field's values joined by ", "
    body: bytes = b""

    def json(self):
        """The body as JSON; fails the test where it isn't."""
        return json.loads(self.body)

    @property
    def code(self):
        """The problem document's code."""
        return self.json()["code"]


class Connection:
    """A client's side of one connection. `target` is a (host, port) or the path of a Unix socket. A small
    `receive_buffer` keeps the kernel from reading on behalf of a client that doesn't."""

    def __init__(self, target, timeout=10, receive_buffer=None):
        if isinstance(target, str):
            self.socket = socket.socket(socket.AF_UNIX)
        else:
            self.socket = socket.socket(socket.AF_INET6 if ":" in target[0] else socket.AF_INET)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(target)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def send(self, data):
        """Sends text or bytes as they are."""
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def close(self):
        """Closes without ceremony."""
        self.socket.close()

    def reset(self):
        """Closes with a TCP reset, as a lost network would look."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise Closed
        self.buffer += data

    def line(self):
        """One line without its CRLF. A bare CR or LF fails the test."""
        while b"\r\n" not in self.buffer:
            self._more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        assert b"\r" not in line and b"\n" not in line, line
        return line

    def exactly(self, count):
        """`count` bytes."""
        while len(self.buffer) < count:
            self._more()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def chunk(self):
        """One chunk's bytes; b"" is the last chunk, whose trailer (none) has been read."""
        size = self.line()
        assert size and all(c in b"0123456789abcdefABCDEF" for c in size), size
        data = self.exactly(int(size, 16))
        assert self.exactly(2) == b"\r\n"
        return data

    def head(self):
        """The next response's head; interim 100s are passed over by `answer`, not here."""
        version, status, _ = self.line().decode().split(" ", 2)
        headers = {}
        while line := self.line():
            name, value = line.decode().split(":", 1)
            assert name == name.strip() and name, line
            name, value = name.lower(), value.strip(" ")
            assert name not in ("content-length", "transfer-encoding", "content-type", "date") or name not in headers
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Answer(version, int(status), headers)

    def answer(self, method="GET"):
        """The next whole response to a request with `method`."""
        answer = self.head()
        while answer.status == 100:
            answer = self.head()
        length, coding = answer.headers.get("content-length"), answer.headers.get("transfer-encoding")
        assert length is None or coding is None
        if method == "HEAD" or answer.status in (204, 304):
            return answer
        if coding is not None:
            assert coding == "chunked" and answer.version == "HTTP/1.1"
            while data := self.chunk():
                answer.body += data
        elif length is not None:
            answer.body = self.exactly(int(length))
        else:
            answer.body = self.rest()
        return answer

    def rest(self):
        """All until the other side closes."""
        try:
            while True:
                self._more()
        except Closed:
            data, self.buffer = self.buffer, b""
            return data

    def closed(self):
        """Whether the other side closes now, having nothing more to say."""
        try:
            return self.rest() == b""
        except ConnectionResetError:
            return True


def request(method, path, *, host="hub.test", headers=(), body=b"", version="HTTP/1.1"):
    """A request's bytes. `headers` is a dict or pairs; Content-Length is set where there is a body."""
    pairs = list(headers.items() if isinstance(headers, dict) else headers)
    if host is not None:
        pairs.insert(0, ("Host", host))
    if body and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in pairs):
        pairs.append(("Content-Length", str(len(body))))
    lines = [f"{method} {path} {version}", *(f"{name}: {value}" for name, value in pairs), "", ""]
    return "\r\n".join(lines).encode() + body
