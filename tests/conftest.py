"""Fixtures: a hub for a whole file, and hubs of a test's own."""

import itertools
from pathlib import Path

import pytest

import hub as hubs

_users = itertools.count(1)


def pytest_configure(config):
    config.addinivalue_line("markers", "release: makes no sense in builds with sanitizers or coverage")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub with usual settings, shared by a file's tests; each takes a user of its own."""
    running = hubs.Hub(tmp_path_factory.mktemp("hub")).start()
    yield running
    running.stop()


@pytest.fixture
def make_hub(tmp_path):
    """Makes hubs with settings of a test's own; all are stopped, and must stop well, at its end."""
    made = []

    def make(settings=None, *, start=True, folder=None, **options):
        place = Path(folder) if folder else tmp_path / f"hub{len(made)}"
        place.mkdir(exist_ok=True)
        made.append(hubs.Hub(place, settings, **options))
        return made[-1].start() if start else made[-1]

    yield make
    errors = []
    for one in made:
        try:
            one.stop()
        except AssertionError as error:
            errors.append(error)
    assert not errors, errors


@pytest.fixture
def user():
    """The name of a user that no other test knows."""
    return f"user-{next(_users)}"
