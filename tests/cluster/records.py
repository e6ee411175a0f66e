"""What publishers and streams write down, and what the checker reads.

A cursor is the pair (epoch, sequence). An event of the harness is known by its number, which its data holds.
"""

from array import array
from dataclasses import dataclass, field

EVERYONE = "everyone"


def cursor_of(text):
    """(epoch, sequence) of `<epoch>-<sequence>`."""
    epoch, sequence = text.split("-")
    return epoch, int(sequence)


@dataclass
class Published:
    """An event that a publisher sent at least once. `recipients` holds `user:<name>`, `channel:<name>` or EVERYONE;
    `cursor` is what its publisher was answered, or None where it never was."""

    number: int
    type: str
    recipients: frozenset
    cursor: tuple | None = None


@dataclass
class Opened:
    """A stream began: with what was asked for, and `hello`'s id. `at` counts the events received before."""

    at: int
    asked: tuple | None
    given: tuple


@dataclass
class Gap:
    """A `gap`: events after `start`, up to `end`, may be missing."""

    at: int
    reason: str
    start: tuple | None
    end: tuple


@dataclass
class Record:
    """What one subscriber received, in the order of the wire, all its connections one after the other. Events stand in
    arrays, since there are millions: `epochs[epoch[i]]`, `sequence[i]` and `number[i]` belong together."""

    name: str
    filter: frozenset  # of the same names as Published.recipients
    types: frozenset | None = None  # None: every type
    sees_all: bool = False  # every event of the log has it among its recipients
    epochs: list = field(default_factory=list)
    epoch: array = field(default_factory=lambda: array("H"))
    sequence: array = field(default_factory=lambda: array("Q"))
    number: array = field(default_factory=lambda: array("I"))
    marks: list = field(default_factory=list)  # Opened and Gap

    def __len__(self):
        return len(self.number)

    def received(self, cursor, number):
        """Writes an event down."""
        epoch, sequence = cursor
        if epoch not in self.epochs:
            self.epochs.append(epoch)
        index = self.epochs.index(epoch)
        self.epoch.append(index)
        self.sequence.append(sequence)
        self.number.append(number)

    def opened(self, asked, given):
        """Writes a `hello` down."""
        self.marks.append(Opened(len(self), asked, given))

    def gap(self, reason, start, end):
        """Writes a `gap` down."""
        self.marks.append(Gap(len(self), reason, start, end))

    def steps(self):
        """All of it in order: Opened, Gap, and (cursor, number) for an event."""
        marks = iter([*self.marks, None])
        mark = next(marks)
        for at in range(len(self)):
            while mark is not None and mark.at <= at:
                yield mark
                mark = next(marks)
            yield (self.epochs[self.epoch[at]], self.sequence[at]), self.number[at]
        while mark is not None:
            yield mark
            mark = next(marks)

    def wants(self, event):
        """Whether an event is for this subscriber."""
        return not self.filter.isdisjoint(event.recipients) and (self.types is None or event.type in self.types)
