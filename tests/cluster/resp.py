"""The harness's own questions to a Redis server: a connection for each, blocking, with a short deadline."""


class RedisError(Exception):
    """An error reply."""


def ask(socket, address, *commands, timeout=2.0):
    """Connects this socket, sends the commands, each a sequence of words, and returns their replies: str, int, None or a
    list of these. OSError where there is no answer in time."""
    with socket:
        socket.settimeout(timeout)
        socket.connect(address)
        socket.sendall(b"".join(_encoded(words) for words in commands))
        with socket.makefile("rb") as reader:
            return [_reply(reader) for _ in commands]


def _encoded(words):
    words = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def _reply(reader):
    line = reader.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionError("the reply broke off")
    kind, text = line[:1], line[1:-2].decode()
    if kind == b"+":
        return text
    if kind == b"-":
        raise RedisError(text)
    if kind == b":":
        return int(text)
    if kind == b"$":
        return None if text == "-1" else _exactly(reader, int(text) + 2)[:-2].decode(errors="replace")
    if kind == b"*":
        return None if text == "-1" else [_reply(reader) for _ in range(int(text))]
    raise ConnectionError(f"no reply of RESP: {line!r}")


def _exactly(reader, size):
    data = reader.read(size)
    if len(data) < size:
        raise ConnectionError("the reply broke off")
    return data
