"""Fixtures: one event loop a file, a cluster that a file's tests share, and figures that are shown though a test passes."""

import asyncio
import itertools
import os
import random

import pytest

from cluster.topology import Cluster

_users = itertools.count(1)


@pytest.fixture(scope="session")
def long():
    """Whether this is the long version: `./test cluster --long`."""
    return os.environ.get("TIDINGS_CLUSTER_LONG", "") not in ("", "0")


@pytest.fixture(scope="session")
def seed(say):
    """$TIDINGS_CLUSTER_SEED, else a new one; shown either way."""
    chosen = int(os.environ.get("TIDINGS_CLUSTER_SEED") or random.SystemRandom().randrange(1 << 30))
    say(f"seed {chosen}")
    return chosen


@pytest.fixture(scope="session")
def say(request):
    """Shows lines at once, whether or not the test passes."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    capture = request.config.pluginmanager.get_plugin("capturemanager")

    def show(text):
        with capture.global_and_fixture_disabled():
            for line in ["", *text.splitlines()]:
                reporter.write_line(line)

    return show


@pytest.fixture(scope="module")
def run():
    """Runs a coroutine; all of a file run on one loop, so that what they share lives on it."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="module")
def cluster(run, tmp_path_factory):
    """Three hubs on one Redis, whole at the start of each test that leaves it so; they must stop well."""
    made = Cluster(tmp_path_factory.mktemp("cluster"), servers=1, sentinels=0)
    run(made.__aenter__())
    yield made
    run(made.stop())


@pytest.fixture
def reader():
    """The name of a user that no other test knows."""
    return f"reader-{next(_users)}"
