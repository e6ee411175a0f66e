"""Both examples, as they stand: sign in, publish, and their page receives it and resumes."""

import os
import socket
import subprocess
import sys

import pytest
import tokens
from browser import chromium, page
from hub import ROOT, environment, eventually

NODE = os.environ.get("NODE", "node")
EXAMPLES = {
    "fastapi": lambda port: [sys.executable, "-m", "uvicorn", "--app-dir", "examples/fastapi", "app:app", "--port", port],
    "express": lambda port: [NODE, "examples/express/app.js"],
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_examples_page_hears_its_backend_and_resumes(make_hub, tmp_path, name):
    port = free_port()
    site = f"http://localhost:{port}"
    hub = make_hub({"cors.origins": site})
    own = environment({"HUB_URL": hub.origin, "TIDINGS_AUTH_SECRET": tokens.SECRET, "PORT": port})
    with open(tmp_path / "backend.log", "wb") as log:
        backend = subprocess.Popen(EXAMPLES[name](port), cwd=ROOT, env=own, stdout=log, stderr=log)
    try:
        eventually(lambda: listens(port) or backend.poll() is not None, 30)
        with chromium() as browser, page(browser, http_credentials={"username": "alice", "password": "demo"}) as tab:
            tab.goto(site)
            streams = lambda: hub.request("GET", "/api/v1/connections", token=tokens.admin(),
                                          query={"user": "alice"}).json()["connections"]
            (first,) = eventually(streams, 15)
            tab.click("button")
            eventually(lambda: tab.inner_text("ol").count('{"number":7}') == 1)
            hub.request("DELETE", f"/api/v1/connections/{first['id']}", token=tokens.admin())
            tab.click("button")
            eventually(lambda: tab.inner_text("ol").count('{"number":7}') == 2, 15, "resuming")
    finally:
        backend.terminate()
        backend.wait(10)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_short(name):
    (source,) = (ROOT / "examples" / name).glob("app.*")
    assert len(source.read_text().splitlines()) < 40
    assert len((ROOT / "examples/page.html").read_text().splitlines()) < 40
