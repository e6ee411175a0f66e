"""HTTP/1.1 over the network's sockets, for many at once: requests on a kept connection, and responses without end."""

import asyncio
import json
from dataclasses import dataclass, field

_LIMIT = 1 << 20


@dataclass
class Answer:
    """A response; the names of its headers are lower case."""

    status: int
    headers: dict = field(default_factory=dict)
    body: bytes = b""

    def json(self):
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self):
        """The `code` of a problem document, else nothing."""
        if not self.headers.get("content-type", "").startswith("application/problem+json"):
            return ""
        return self.json()["code"]


class Connection:
    """One connection from a host of the network to a server; every wait on it is bounded by `timeout`."""

    def __init__(self, network, address, host="harness", timeout=5.0):
        self.network, self.address, self.host, self.timeout = network, address, host, timeout
        self.reader = self.writer = None

    async def open(self):
        """Connects; OSError where that fails or takes too long."""
        socket = self.network.socket(self.host)
        try:
            socket.setblocking(False)
            async with asyncio.timeout(self.timeout):
                await asyncio.get_running_loop().sock_connect(socket, self.address)
                self.reader, self.writer = await asyncio.open_connection(sock=socket, limit=_LIMIT)
        except BaseException:
            socket.close()
            raise

    def close(self):
        """Closes without ceremony."""
        if self.writer is not None:
            self.writer.transport.abort()
            self.writer = None

    def send(self, method, path, *, token=None, headers=None, body=b""):
        """Writes a request."""
        fields = {"Host": "{}:{}".format(*self.address), **(headers or {})}
        if token is not None:
            fields["Authorization"] = f"Bearer {token}"
        if body:
            fields["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        self.writer.write("\r\n".join(lines).encode() + body)

    async def head(self):
        """The next response's status and headers."""
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(":", 1) for line in lines[1:] if line)
        return Answer(int(lines[0].split(" ")[1]), {name.lower(): value.strip() for name, value in pairs})

    async def body_of(self, answer):
        """Reads the rest of a response that has an end."""
        if answer.headers.get("transfer-encoding") == "chunked":
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                answer.body += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readexactly(2)
        elif "content-length" in answer.headers:
            answer.body = await self.reader.readexactly(int(answer.headers["content-length"]))
        return answer

    async def request(self, method, path, *, token=None, headers=None, body=b"", content=None):
        """One whole exchange; `content` is sent as JSON. OSError or EOFError where it breaks off; it may be sent again
        on another connection only if the request allows it."""
        fields = dict(headers or {})
        if content is not None:
            body = json.dumps(content).encode()
            fields["Content-Type"] = "application/json"
        try:
            if self.writer is None:
                await self.open()
            async with asyncio.timeout(self.timeout):
                self.send(method, path, token=token, headers=fields, body=body)
                answer = await self.body_of(await self.head())
        except BaseException:
            self.close()
            raise
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer


async def exchange(network, address, method, path, *, host="harness", timeout=5.0, **options):
    """One request on a connection of its own."""
    connection = Connection(network, address, host, timeout)
    try:
        return await connection.request(method, path, **options)
    finally:
        connection.close()
