"""Faults at random moments: at `replica:1` nothing acknowledged is lost, and nothing is ever missing in silence."""

import os

import pytest

from cluster import faults
from cluster.soak import Run, soak


def test_one_loss_at_a_time_loses_nothing(run, tmp_path, seed, say, long):
    wanted = Run(seed, faults=6, seconds=60, say=say)
    if long:
        wanted = Run(seed, faults=int(os.environ.get("TIDINGS_CLUSTER_FAULTS", "200")),
                     deliveries=int(os.environ.get("TIDINGS_CLUSTER_DELIVERIES", "10000000")), streams=60, rate=150,
                     paused=30, say=say)
    outcome = run(soak(tmp_path, wanted))
    say(outcome.summary())
    assert outcome.well, outcome.summary()
    assert outcome.findings.told == 0, "replica:1 lost what was acknowledged, though it said so"
    assert outcome.findings.deliveries >= max(1000, wanted.deliveries) and sum(outcome.faults.values()) >= 3


@pytest.mark.parametrize("durability", ["primary", "replica:1"])
def test_losses_beyond_the_promise_are_told(run, tmp_path, seed, say, long, durability):
    kinds = (*faults.BEYOND, faults.PrimaryIsolated, faults.PrimaryKilled)
    wanted = Run(seed, faults=50 if long else 2, seconds=1800 if long else 25, kinds=kinds, durability=durability, say=say)
    outcome = run(soak(tmp_path, wanted))
    say(outcome.summary())
    assert outcome.well, outcome.summary()
    assert outcome.findings.deliveries >= 1000
