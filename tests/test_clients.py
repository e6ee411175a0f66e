"""Clients that no one here wrote get a stream, filter it, lose it, and resume it with nothing missing."""

import json
import os
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest
import tokens
from browser import chromium, page
from hub import eventually

HERE = Path(__file__).parent
NODE = os.environ.get("NODE", "node")


def publish(hub, user, numbers):
    """A wanted and an unwanted event for each number."""
    for number in numbers:
        hub.publish({"type": "novel.created", "data": -1, "users": [user]},
                    {"type": "chapter.updated", "data": number, "users": [user]})


def chapters(said):
    return [line["data"] for line in said if line["type"] == "chapter.updated"]


def loses_and_resumes(hub, user, said):
    """`said()` is what the client has told so far. The connection is lost by the operator's hand, and by a hub that dies."""
    eventually(lambda: [line for line in said() if line["type"] == "hello"], 20, "hello")
    publish(hub, user, range(3))
    eventually(lambda: chapters(said()) == [0, 1, 2])
    hub.request("DELETE", f"/api/v1/connections/{said()[0]['data']['connection_id']}", token=tokens.admin())
    publish(hub, user, range(3, 6))
    eventually(lambda: chapters(said()) == list(range(6)), 20, "resuming after the stream was ended")
    hub.kill()
    hub.start()
    publish(hub, user, range(6, 9))
    eventually(lambda: chapters(said()) == list(range(9)), 20, "resuming after the hub had died")
    assert not [line for line in said() if line["type"] in ("gap", "novel.created")]
    assert [line["data"]["resumed"] for line in said() if line["type"] == "hello"] == [False, True, True]


def url(hub, **query):
    return f"{hub.origin}/api/v1/events/stream?{urlencode(query)}"


def test_npm_eventsource(make_hub, user, tmp_path):
    hub = make_hub({"stream.retry": "200ms"})
    output = tmp_path / "said"
    with open(output, "wb") as out:
        client = subprocess.Popen([NODE, HERE / "clients/eventsource.mjs", url(hub, events="chapter.*"),
                                   tokens.access(user)], stdout=out, stderr=out)

    def said():
        assert client.poll() is None, output.read_text()
        lines = [json.loads(line) for line in output.read_text().split("\n")[:-1]]
        return [line for line in lines if line["type"] not in ("error", "bye")]

    try:
        loses_and_resumes(hub, user, said)
    finally:
        client.kill()
        client.wait()


@pytest.fixture(scope="module")
def site():
    """Serves the page of the fetch client, and the package's own modules."""

    class Files(SimpleHTTPRequestHandler):
        def translate_path(self, path):
            path = path.split("?")[0]
            if path.startswith("/lib/"):  # its modules name each other without a suffix
                name = path.removeprefix("/lib/").removesuffix(".js") + ".js"
                return str(HERE / "node_modules/@microsoft/fetch-event-source/lib/esm" / name)
            return str(HERE / "clients" / path.lstrip("/"))

        def guess_type(self, path):
            return "text/javascript" if str(path).endswith(".js") else super().guess_type(path)

        def log_message(self, *unused):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(HERE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_microsofts_fetch_event_source_in_chromium(make_hub, user, site):
    hub = make_hub({"cors.origins": site})
    with chromium() as browser, page(browser) as tab:
        tab.goto(f"{site}/fetch-event-source.html#" + urlencode(
            {"url": url(hub, events="chapter.*"), "token": tokens.access(user)}))
        loses_and_resumes(hub, user, lambda: [line for line in tab.evaluate("window.said ?? []")
                                              if line["type"] not in ("bye", "")])


def test_curl(make_hub, user, tmp_path):
    hub = make_hub()
    output = tmp_path / "curl"

    def run(*more):
        out = open(output, "wb")
        return subprocess.Popen(["curl", "--silent", "--show-error", "--no-buffer", "--fail-with-body",
                                 "-H", f"Authorization: Bearer {tokens.access(user)}", *more,
                                 url(hub, events="chapter.*")], stdout=out, stderr=out)

    def lines(start):
        return [line.removeprefix(start) for line in output.read_text().splitlines() if line.startswith(start)]

    client = run()
    eventually(lambda: "event: hello" in output.read_text())
    publish(hub, user, [1, 2])
    eventually(lambda: [data for data in lines("data: ") if not data.startswith("{")] == ["1", "2"])
    last = lines("id: ")[-1]
    client.kill()
    client.wait()
    publish(hub, user, [3, 4])
    client = run("-H", f"Last-Event-ID: {last}")
    eventually(lambda: [data for data in lines("data: ") if not data.startswith("{")] == ["3", "4"])
    client.kill()
    client.wait()
    published = subprocess.run(["curl", "--silent", "--fail-with-body", f"{hub.origin}/api/v1/events", "--json",
                                '{"type": "t", "data": 1}', "-H", f"Authorization: Bearer {tokens.PUBLISHER_KEY}"],
                               capture_output=True, check=True).stdout
    assert len(json.loads(published)["ids"]) == 1
