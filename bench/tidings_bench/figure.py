"""One figure: what the hub did, what its reference did in the same rounds, and the goal."""

import dataclasses
import statistics


@dataclasses.dataclass
class Figure:
    """As it stands in the JSON; bench/README.md says what each member means."""

    what: str
    unit: str
    hub: float
    reference: float | None
    reference_is: str | None
    ratio: float | None
    goal: str | None
    met: bool | None
    rounds: list[dict]
    load: dict = dataclasses.field(default_factory=dict)

    def judged(self):
        """For the table."""
        return {None: "-", True: "met", False: "missed"}[self.met]


class Goal:
    """A bound on the ratio, or on the hub's own figure where there is no reference."""

    def __init__(self, most=None, least=None, of="ratio"):
        self.most, self.least, self.of = most, least, of

    def __str__(self):
        words, bound = ("at most", self.most) if self.least is None else ("at least", self.least)
        return f"{words} {bound:,}" if self.of == "hub" else f"{words} {bound:.3g} x"

    def met(self, hub, ratio):
        """Whether the figure is within it."""
        value = ratio if self.of == "ratio" else hub
        return value <= self.most if self.least is None else value >= self.least


def compared(what, unit, rounds, name, goal=None, reference_is="bare loop", judge=True):
    """The medians of a figure over rounds of `{"hub": figures, "reference": figures}`, and of their ratios."""
    pairs = [{"hub": one["hub"][name], "reference": one["reference"][name]} for one in rounds]
    hub = statistics.median(pair["hub"] for pair in pairs)
    ratios = [pair["hub"] / pair["reference"] for pair in pairs if pair["reference"]]
    ratio = statistics.median(ratios) if ratios else None
    return Figure(what, unit, hub, statistics.median(pair["reference"] for pair in pairs), reference_is, ratio,
                  str(goal) if goal else None, goal.met(hub, ratio) if goal and judge and ratio else None, pairs)


def absolute(what, unit, values, goal=None, judge=True):
    """The median of a figure that stands by itself."""
    hub = statistics.median(values)
    return Figure(what, unit, hub, None, None, None, str(goal) if goal else None,
                  goal.met(hub, None) if goal and judge else None, [{"hub": value} for value in values])
