"""Holds what was published against what was received. Pure, and independent of how a hub works: it knows SPEC's promises
alone. An event that somebody received was stored, whether or not its publisher was told.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from cluster.records import Gap, Opened

EXAMPLES = 10


@dataclass
class Findings:
    """Figures, and for each kind of fault how often it was found and some examples."""

    deliveries: int = 0
    acknowledged: int = 0
    unanswered: int = 0  # publishers never learnt what became of these
    repeated_on_wire: int = 0  # allowed: a client that compares ids drops them
    again_in_a_new_epoch: int = 0  # allowed: stored, lost with an epoch's tail, and stored again; a gap stands between
    gaps: dict = field(default_factory=lambda: defaultdict(int))  # by reason
    told: int = 0  # acknowledged and not received, with a gap that says so
    faults: dict = field(default_factory=lambda: defaultdict(int))
    examples: dict = field(default_factory=lambda: defaultdict(list))

    KINDS = {
        "lost": "acknowledged, not received, and no gap says so",
        "hole": "received by others, not by this one, and no gap says so",
        "repeated": "one event at two cursors of one epoch",
        "conflict": "two events at one cursor",
        "disorder": "an event at or before the stream's position, or in another epoch without a gap",
        "epochs": "clients went through epochs in different orders",
        "moved": "a stream that began elsewhere than asked, without a gap",
        "unfinished": "a stream that never came to the last event",
    }

    def add(self, kind, **example):
        """Notes a fault."""
        self.faults[kind] += 1
        if len(self.examples[kind]) < EXAMPLES:
            self.examples[kind].append(example)

    @property
    def well(self):
        """Whether nothing went against a promise."""
        return not self.faults

    def summary(self):
        """The figures in lines of text."""
        lines = [f"deliveries {self.deliveries:,}, acknowledged {self.acknowledged:,}, unanswered {self.unanswered:,}",
                 f"gaps told {dict(self.gaps) or 0}, acknowledged events that they tell of {self.told:,}",
                 f"repeated on the wire after a return {self.repeated_on_wire:,}, "
                 f"stored again in a new epoch {self.again_in_a_new_epoch:,}",
                 ", ".join(f"{kind} {self.faults.get(kind, 0)}" for kind in self.KINDS)]
        for kind, examples in self.examples.items():
            lines += [f"  {kind} ({self.KINDS[kind]}):", *(f"    {example}" for example in examples)]
        return "\n".join(lines)


def check(published, records, last=None):
    """Findings on these records of streams. `last` is the number of an event to everyone that was published when all
    others had been answered: who has received it has received everything, or has been told."""
    findings = Findings()
    stored = _places(published, records, findings)
    walks = [_walk(record, findings) for record in records]
    ranks = _epoch_ranks(walks, findings)
    events = {event.number: event for event in published}
    findings.acknowledged = sum(event.cursor is not None for event in published)
    findings.unanswered = len(published) - findings.acknowledged
    for record, walk in zip(records, walks):
        if last is not None and last not in walk.numbers:
            findings.add("unfinished", stream=record.name, position=walk.position)
        _missing(record, walk, events, stored, ranks, findings)
    return findings


def _places(published, records, findings):
    """{number: {epoch: sequence}} of all that was acknowledged or received, held against each other."""
    stored, held = defaultdict(dict), {}

    def place(cursor, number, by):
        epoch, sequence = cursor
        if stored[number].setdefault(epoch, sequence) != sequence:
            findings.add("repeated", number=number, cursors=[(epoch, stored[number][epoch]), cursor], by=by)
        if held.setdefault(cursor, number) != number:
            findings.add("conflict", cursor=cursor, numbers=[held[cursor], number], by=by)

    for event in published:
        if event.cursor is not None:
            place(event.cursor, event.number, "publisher")
    for record in records:
        findings.deliveries += len(record)
        for step in record.steps():
            if isinstance(step, tuple):
                place(*step, record.name)
    findings.again_in_a_new_epoch = sum(len(places) - 1 for places in stored.values())
    return stored


@dataclass
class _Walk:
    """What a client that compares ids makes of its streams."""

    start: tuple | None = None
    position: tuple | None = None
    numbers: set = field(default_factory=set)
    gaps: list = field(default_factory=list)
    epochs: list = field(default_factory=list)  # in the order of this client
    last_in: dict = field(default_factory=dict)  # epoch: highest sequence dispatched


def _walk(record, findings):
    walk, wire, moved = _Walk(), None, None
    for step in record.steps():
        if isinstance(step, Opened):
            if moved:
                findings.add("moved", stream=record.name, asked=moved.asked, given=moved.given)
            moved = step if step.asked not in (None, step.given) else None
            wire = step.given
            walk.start = walk.start or step.given
        elif isinstance(step, Gap):
            moved = None
            findings.gaps[step.reason] += 1
            walk.gaps.append(step)
            wire = step.end
        else:
            cursor, number = step
            if moved:
                findings.add("moved", stream=record.name, asked=moved.asked, given=moved.given)
                moved = None
            if wire is None or cursor[0] != wire[0] or cursor[1] <= wire[1]:
                findings.add("disorder", stream=record.name, position=wire, event=cursor, number=number)
            if record.sees_all and wire is not None and cursor[0] == wire[0] and cursor[1] > wire[1] + 1:
                findings.add("hole", stream=record.name, after=wire, next=cursor)
            wire = cursor
            if cursor[1] > walk.last_in.get(cursor[0], -1):
                walk.last_in[cursor[0]] = cursor[1]
                walk.numbers.add(number)
            elif number in walk.numbers:
                findings.repeated_on_wire += 1
            else:
                findings.add("disorder", stream=record.name, event=cursor, number=number,
                             after=(cursor[0], walk.last_in[cursor[0]]))
        if wire is not None and (not walk.epochs or walk.epochs[-1] != wire[0]):
            walk.epochs.append(wire[0])
        walk.position = wire
    if moved:
        findings.add("moved", stream=record.name, asked=moved.asked, given=moved.given)
    return walk


def _epoch_ranks(walks, findings):
    """{epoch: rank}: the order in which clients went through epochs. One that goes back to an old cursor repeats epochs,
    so that only the first time counts."""
    after = defaultdict(set)
    for walk in walks:
        order = list(dict.fromkeys(walk.epochs))
        for earlier, later in zip(order, order[1:]):
            after[earlier].add(later)
        for epoch in order:
            after[epoch]  # an epoch with nothing after it
    ranks, visiting = {}, set()

    def height(epoch):
        if epoch in visiting:
            findings.add("epochs", among=sorted(visiting))
            return 0
        if epoch not in ranks:
            visiting.add(epoch)
            ranks[epoch] = 1 + max((height(later) for later in after[epoch]), default=0)
            visiting.discard(epoch)
        return ranks[epoch]

    for epoch in list(after):
        height(epoch)
    highest = max(ranks.values(), default=0)
    return {epoch: highest - rank for epoch, rank in ranks.items()}


def _missing(record, walk, events, stored, ranks, findings):
    """What this subscriber should have received and did not."""
    for number, places in stored.items():
        event = events.get(number)
        if event is None or number in walk.numbers or not record.wants(event):
            continue
        if walk.start is None:
            continue  # it never opened a stream; `unfinished` says so
        untold = [(epoch, sequence) for epoch, sequence in places.items()
                  if not _before(walk.start, (epoch, sequence), ranks)
                  and not any(_covers(gap, (epoch, sequence), ranks) for gap in walk.gaps)]
        acknowledged = event.cursor is not None and not _before(walk.start, event.cursor, ranks)
        if untold:
            kind = "lost" if acknowledged else "hole"
            findings.add(kind, stream=record.name, number=number, cursors=untold)
        elif acknowledged:
            findings.told += 1


def _before(start, cursor, ranks):
    """Whether the cursor is not after the stream's start."""
    if cursor[0] == start[0]:
        return cursor[1] <= start[1]
    return cursor[0] in ranks and ranks[cursor[0]] < ranks[start[0]]


def _covers(gap, cursor, ranks):
    """Whether a gap tells that this event may be missing."""
    epoch, sequence = cursor
    if epoch == gap.end[0]:
        within = sequence <= gap.end[1]
        return within and (gap.start is None or gap.start[0] != epoch or sequence > gap.start[1])
    if gap.start is None:
        return _earlier(epoch, gap.end[0], ranks)
    if epoch == gap.start[0]:
        return sequence > gap.start[1]
    return _earlier(gap.start[0], epoch, ranks) and _earlier(epoch, gap.end[0], ranks)


def _earlier(one, other, ranks):
    """Whether an epoch comes before another, as far as anybody saw: one that nobody saw may lie anywhere."""
    return one not in ranks or other not in ranks or ranks[one] < ranks[other]
