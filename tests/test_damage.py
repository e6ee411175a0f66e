"""A damaged store is detected and reported, never served as whole (SPEC §4.7)."""

import re
import shutil

import pytest
import tokens
import wire
from hub import Hub, eventually

KINDS = {"the write-ahead log": r"\d+\.log", "a table": r"\d+\.sst", "the manifest": r"MANIFEST-\d+",
         "CURRENT": "CURRENT", "the options": r"OPTIONS-\d+", "IDENTITY": "IDENTITY"}
COUNT = 3000


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """A folder as a clean end leaves it, and one as kill -9 leaves it; each with the same events."""
    made = {}
    for end in ("stopped", "killed"):
        folder = tmp_path_factory.mktemp(end)
        hub = Hub(folder, {"log.level": "info"}).start()
        for start in range(0, COUNT, 500):
            hub.publish(*({"type": "t", "data": n, "users": ["reader"]} for n in range(start, start + 500)))
        if end == "stopped":  # twice, so that there are tables and a log of changes
            hub.restart()
            hub.stop()
        else:
            hub.kill()
        made[end] = folder / "data"
    return made


def flip(path, where):
    data = bytearray(path.read_bytes())
    data[min(len(data) - 1, int(len(data) * where))] ^= 0x10
    path.write_bytes(data)


def truncate(path, where):
    data = path.read_bytes()
    path.write_bytes(data[:int(len(data) * where)])


def outcome(hub):
    """'refused' with a clear word, 'whole', or 'reported'; anything else fails the test."""
    hub._spawn()
    eventually(lambda: hub.logged("ready", hub.mark) or hub.process.poll() is not None, 30)
    if hub.process.poll() is not None:
        status, said = hub.process.returncode, hub.log_text(hub.mark)
        hub.process = None
        assert status == 1, f"ended with {status}: {said}"
        assert hub.settings["data_dir"] in said or "damaged" in said, said
        return "refused"
    hub.targets = {"everyone": [("127.0.0.1", int(hub.logged("listening")[-1]["address"].rsplit(":", 1)[1]))]}
    found = []
    try:
        with hub.stream(tokens.access("reader"), since="earliest") as stream:
            while len(found) < COUNT:
                event = stream.next(5)
                if event.type in ("gap", "bye"):
                    return "reported"
                if event.type == "t":
                    assert event.json() == len(found), "a hole, or another event than was published"
                    found.append(event.json())
    except (wire.Closed, TimeoutError, OSError) as end:
        assert hub.logged("store_damaged") or hub.logged("store_failed"), f"silent: {end!r} after {len(found)}"
        assert hub.request("GET", "/readyz").status == 503
        return "reported"
    return "whole"


@pytest.mark.parametrize("harm", [flip, truncate])
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_never_served_as_whole(stores, make_hub, tmp_path, kind, harm):
    tried = 0
    for end, store in stores.items():
        files = [path for path in store.rglob("*") if re.fullmatch(KINDS[kind], path.name) and path.stat().st_size]
        for path in files[:3]:
            folder = tmp_path / f"copy{tried}"
            shutil.copytree(store, folder / "data")
            tried += 1
            harm(folder / "data" / path.relative_to(store), 0.5)
            hub = make_hub({"log.level": "info"}, folder=folder, start=False)
            assert outcome(hub) in ("refused", "reported", "whole")
            if hub.process is not None:
                hub.kill()
    assert tried, f"no store held {kind}"


def test_an_undamaged_copy_is_whole(stores, make_hub, tmp_path):
    for end, store in stores.items():
        shutil.copytree(store, tmp_path / end / "data")
        hub = make_hub({"log.level": "info"}, folder=tmp_path / end, start=False)
        assert outcome(hub) == "whole"
