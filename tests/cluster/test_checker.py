"""The checker complains of each fault when it is fed one, and of nothing where all is well."""

import pytest

from cluster.checker import check
from cluster.records import EVERYONE, Published, Record, cursor_of


def events(*cursors, recipients=(EVERYONE,)):
    """Published events 0, 1, … acknowledged at these cursors; None: never answered."""
    return [Published(n, "t", frozenset(recipients), cursor_of(one) if one else None) for n, one in enumerate(cursors)]


def record(*steps, name="reader", sees_all=False, wanted=(EVERYONE,)):
    """`"open a-0"`, `"open a-3 asked a-3"`, `"gap epoch a-3 b-0"`, or `"a-1 0"` for an event and its number."""
    made = Record(name, frozenset(wanted), sees_all=sees_all)
    for step in steps:
        words = step.split()
        if words[0] == "open":
            made.opened(cursor_of(words[3]) if len(words) > 2 else None, cursor_of(words[1]))
        elif words[0] == "gap":
            made.gap(words[1], cursor_of(words[2]) if words[2] != "null" else None, cursor_of(words[3]))
        else:
            made.received(cursor_of(words[0]), int(words[1]))
    return made


def faults(published, *records, last=None):
    return dict(check(published, list(records), last).faults)


def test_a_whole_record_is_well():
    reader = record("open a-0", "a-1 0", "a-2 1", "open a-2 asked a-2", "a-3 2", sees_all=True)
    found = check(events("a-1", "a-2", "a-3"), [reader], last=2)
    assert found.well, found.summary()
    assert (found.deliveries, found.acknowledged, found.unanswered) == (3, 3, 0)


@pytest.mark.parametrize("sees_all", [False, True])
def test_a_missing_acknowledged_event_is_lost(sees_all):
    reader = record("open a-0", "a-1 0", "a-3 2", sees_all=sees_all)
    found = faults(events("a-1", "a-2", "a-3"), reader)
    assert found == ({"lost": 1, "hole": 1} if sees_all else {"lost": 1})


def test_a_missing_tail_is_lost_and_the_stream_unfinished():
    found = faults(events("a-1", "a-2"), record("open a-0", "a-1 0"), last=1)
    assert found == {"lost": 1, "unfinished": 1}


def test_what_others_received_is_a_hole_though_it_was_never_acknowledged():
    one, other = record("open a-0", "a-1 0", "a-2 1"), record("open a-0", "a-2 1", name="other")
    assert faults(events(None, "a-2"), one, other) == {"hole": 1}


def test_a_hole_in_the_sequences_of_a_stream_that_sees_all_is_found_without_a_publisher():
    assert faults([], record("open a-0", "a-1 0", "a-3 2", sees_all=True)) == {"hole": 1}


def test_a_gap_that_reaches_over_it_excuses_a_missing_event_and_is_counted():
    reader = record("open a-0", "a-1 0", "gap retention a-1 a-2", "a-3 2", sees_all=True)
    found = check(events("a-1", "a-2", "a-3"), [reader])
    assert found.well and found.told == 1 and found.gaps == {"retention": 1}


@pytest.mark.parametrize("gap", ["gap retention a-0 a-1", "gap retention a-2 a-2"])
def test_a_gap_elsewhere_excuses_nothing(gap):
    assert faults(events("a-1", "a-2", "a-3"), record("open a-0", "a-1 0", gap, "a-3 2"))["lost"] == 1


def test_an_epochs_lost_tail_is_excused_by_its_gap_alone():
    published = events("a-1", "a-2", "b-1")
    told = record("open a-0", "a-1 0", "gap epoch a-1 b-0", "b-1 2", sees_all=True)
    assert check(published, [told]).told == 1
    assert faults(published, told) == {}
    silent = record("open a-0", "a-1 0", "b-1 2")
    assert faults(published, silent) == {"lost": 1, "disorder": 1}
    wrong = record("open a-0", "a-1 0", "gap epoch a-2 b-0", "b-1 2")
    assert faults(published, wrong) == {"lost": 1}, "the gap says that a-2 had been sent"


def test_an_epoch_gap_reaches_over_whole_epochs_between():
    published = events("a-1", "b-1", "c-1")
    through = record("open a-0", "a-1 0", "gap epoch a-1 b-0", "b-1 1", "gap epoch b-1 c-0", "c-1 2", name="through")
    jumped = record("open a-0", "a-1 0", "gap epoch a-1 c-0", "c-1 2")
    found = check(published, [through, jumped])
    assert found.well and found.told == 1
    missed = record("open a-0", "a-1 0", "gap epoch a-1 b-0", "gap epoch b-1 c-0", "c-1 2")
    assert faults(published, through, missed) == {"lost": 1}


def test_reused_numbers_are_two_events_at_one_cursor():
    before, after = record("open a-0", "a-1 0", name="before"), record("open a-0", "a-1 1", name="after")
    assert faults(events(None, None), before, after)["conflict"] == 1
    assert faults(events("a-1", None), after)["conflict"] == 1, "an acknowledged event's place holds another"


def test_an_event_at_two_cursors_of_an_epoch_is_repeated():
    assert faults(events("a-1"), record("open a-0", "a-1 0", "a-2 0"))["repeated"] == 1
    assert faults(events("a-2"), record("open a-0", "a-1 0"))["repeated"] == 1, "answered one, delivered at another"


def test_an_event_that_was_lost_and_stored_again_in_a_new_epoch_is_allowed_after_the_gap():
    found = check(events("b-1"), [record("open a-0", "a-1 0", "gap epoch a-1 b-0", "b-1 0")])
    assert found.well and found.again_in_a_new_epoch == 1


@pytest.mark.parametrize("steps", [("a-2 1", "a-1 0"), ("a-1 0", "a-2 1", "a-2 1"), ("a-1 0", "a-2 1", "a-1 0")])
def test_what_does_not_go_on_from_the_streams_position_is_disorder(steps):
    assert "disorder" in faults(events("a-1", "a-2"), record("open a-0", *steps))


def test_an_event_before_where_the_stream_resumed_is_disorder():
    reader = record("open a-0", "a-1 0", "a-2 1", "open a-2 asked a-2", "a-2 1")
    assert faults(events("a-1", "a-2"), reader) == {"disorder": 1}


def test_a_return_to_an_older_cursor_repeats_on_the_wire_only():
    reader = record("open a-0", "a-1 0", "a-2 1", "open a-0 asked a-0", "a-1 0", "a-2 1", "a-3 2", sees_all=True)
    found = check(events("a-1", "a-2", "a-3"), [reader])
    assert found.well and found.repeated_on_wire == 2


def test_an_event_that_turns_up_behind_the_reader_is_disorder():
    """A client that compares ids would drop it unseen."""
    reader = record("open a-0", "a-2 1", "open a-0 asked a-0", "a-1 0", "a-2 1")
    assert faults(events("a-1", "a-2"), reader) == {"disorder": 1, "lost": 1}


def test_a_stream_that_begins_elsewhere_than_asked_must_say_so():
    published = events("a-1", "a-2", "a-3")
    told = record("open a-0", "a-1 0", "open a-2 asked a-1", "gap unknown_id null a-2", "a-3 2")
    assert faults(published, told) == {}
    silent = record("open a-0", "a-1 0", "open a-2 asked a-1", "a-3 2")
    assert faults(published, silent) == {"moved": 1, "lost": 1}
    broken_off = record("open a-0", "a-1 0", "open a-2 asked a-1", "open a-2 asked a-2", "a-3 2")
    assert faults(published, broken_off) == {"moved": 1, "lost": 1}


def test_clients_that_disagree_about_the_order_of_epochs_are_found():
    one = record("open a-0", "gap epoch a-0 b-0", name="one")
    other = record("open b-0", "gap epoch b-0 a-0", name="other")
    assert "epochs" in faults([], one, other)


def test_what_came_before_the_stream_or_is_for_others_is_not_missed():
    published = events("a-1", "a-2") + [Published(2, "t", frozenset({"user:bob"}), ("a", 3))]
    late = record("open a-1", "a-2 1")
    assert faults(published, late) == {}
    after_an_epoch = record("open b-0", name="later")
    through = record("open a-0", "a-1 0", "a-2 1", "gap epoch a-2 b-0", name="through")
    assert faults(published, after_an_epoch, through) == {}


def test_types_and_recipients_decide_what_is_missed():
    published = [Published(0, "t", frozenset({"user:ann", "channel:x"}), ("a", 1)),
                 Published(1, "s", frozenset({"user:ann"}), ("a", 2))]
    only_t = Record("ann", frozenset({"user:ann"}), types=frozenset({"t"}))
    only_t.opened(None, ("a", 0))
    assert dict(check(published, [only_t]).faults) == {"lost": 1}
    of_x = record("open a-0", "a-1 0", wanted=("channel:x", "user:bob"))
    assert faults(published, of_x) == {}
