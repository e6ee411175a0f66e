"""An HTTP client whose every answer is held against the hub's OpenAPI description, and work beside a test."""

import http.client
import threading
from json import dumps
from urllib.parse import urlencode

from wire import Answer


class Client:
    """A client that keeps its connection alive and holds each answer against the OpenAPI description."""

    def __init__(self, hub, target):
        self.hub = hub
        self.connection = http.client.HTTPConnection(*target, timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.connection.close()

    def request(self, method, path, *, token=None, json=None, body=None, headers=None, query=None):
        """`json` is sent as JSON; `body` as it is."""
        fields = dict(headers or {})
        if token is not None:
            fields["Authorization"] = f"Bearer {token}"
        if json is not None:
            body = dumps(json, ensure_ascii=False).encode()
            fields.setdefault("Content-Type", "application/json")
        if query:
            path += "?" + urlencode(query)
        self.connection.request(method, path, body=body, headers=fields)
        response = self.connection.getresponse()
        headers = {}
        for name, value in response.getheaders():
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        answer = Answer("HTTP/1.1", response.status, headers, response.read())
        self.hub.description.check(method, path, answer)
        return answer


class Background(threading.Thread):
    """Runs a function beside the test; `result()` gives what it returned or raises what it raised."""

    def __init__(self, function, *arguments):
        super().__init__(daemon=True)
        self.call = lambda: function(*arguments)
        self.value = self.error = None
        self.start()

    def run(self):
        try:
            self.value = self.call()
        except BaseException as error:  # handed over to whoever asks for the result
            self.error = error

    def result(self, timeout=60):
        """Waits for the end."""
        self.join(timeout)
        assert not self.is_alive(), f"still running after {timeout} s"
        if self.error is not None:
            raise self.error
        return self.value
