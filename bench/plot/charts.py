"""The kinds of plots: bars for what stays within an order of magnitude, dots on a logarithmic scale for what doesn't,
and ratios against their goals."""

import math

from figures import number
from svg import WIDTH, Drawing

TOP, ROW, BOTTOM = 72, 30, 34  # above the rows, each of them, below
LEFT, RIGHT = 170, 130  # for names, for values
WIDEST_FOR_BARS = 12  # the largest value over the smallest


def compare(title, subtitle, rows, names):
    """`rows`: [(server, is ours, [values])], one value or the two ends of a span. `names`: of the values."""
    values = [value for _, _, given in rows for value in given]
    spans = len(names) > 1
    if spans or max(values) > WIDEST_FOR_BARS * min(values):
        return _dots(title, subtitle, rows, names, _logarithmic(min(values), max(values)))
    return _bars(title, subtitle, rows, max(values))


def against_goals(title, subtitle, rows):
    """`rows`: [(what, ratio, goal, "at most" or "at least", met)]: a dot a ratio, a stroke a goal."""
    drawing = Drawing(title, subtitle, TOP + ROW * len(rows) + BOTTOM)
    left, right = 440, WIDTH - 130
    ends = [value for _, ratio, goal, _, _ in rows for value in (ratio, goal)]
    ticks, place = _logarithmic(min(ends), max(ends), left, right)
    _grid(drawing, len(rows), ticks, place, " ×")
    for index, (what, ratio, goal, sense, met) in enumerate(rows):
        y = TOP + ROW * index + ROW / 2
        drawing.text(20, y + 4, what)
        drawing.line(place(goal), y - 9, place(goal), y + 9, "goal")
        # From the goal into what it allows.
        drawing.line(place(goal), y - 9, place(goal) + (-7 if sense == "at most" else 7), y - 9, "goal")
        drawing.add("circle", "mark own" if met else "mark missed", cx=place(ratio), cy=y, r=5)
        drawing.text(right + 16, y + 4, number(ratio) + " ×" + ("" if met else " missed"), "own" if met else "missed")
    return drawing.document()


def _bars(title, subtitle, rows, most):
    drawing = Drawing(title, subtitle, TOP + ROW * len(rows) + 14)
    scale = (WIDTH - LEFT - RIGHT) / most
    for index, (name, ours, (value,)) in enumerate(rows):
        y = TOP + ROW * index
        own = " own" if ours else ""
        drawing.text(LEFT - 12, y + 19, name, "end" + own)
        drawing.add("rect", "mark" + own, x=LEFT, y=y + 6, width=max(1.0, value * scale), height=18, rx=2)
        drawing.text(LEFT + value * scale + 8, y + 19, number(value), own.strip())
    return drawing.document()


def _dots(title, subtitle, rows, names, scale):
    drawing = Drawing(title, subtitle + "; logarithmic", TOP + ROW * len(rows) + BOTTOM)
    ticks, place = scale
    _grid(drawing, len(rows), ticks, place, "")
    for index, (name, ours, values) in enumerate(rows):
        y = TOP + ROW * index + ROW / 2
        own = " own" if ours else ""
        drawing.text(LEFT - 12, y + 4, name, "end" + own)
        if len(values) > 1:
            drawing.line(place(values[0]), y, place(values[-1]), y, "mark span" + own)
        for order, value in enumerate(values):
            hollow = " hollow" if order + 1 < len(values) else ""
            drawing.add("circle", "mark" + own + hollow, cx=place(value), cy=y, r=5)
        drawing.text(WIDTH - RIGHT + 16, y + 4, " / ".join(map(number, values)), own.strip())
    if len(names) > 1:
        drawing.text(WIDTH - RIGHT + 16, TOP - 8, " / ".join(names), "quiet")
    return drawing.document()


def _grid(drawing, rows, ticks, place, unit):
    for tick in ticks:
        drawing.line(place(tick), TOP, place(tick), TOP + ROW * rows, "grid")
        drawing.text(place(tick), TOP + ROW * rows + 20, number(tick) + unit, "quiet middle")


def _logarithmic(least, most, left=LEFT, right=WIDTH - RIGHT):
    """The ticks, and where a value stands."""
    ticks = [step * 10.0 ** power for power in range(-4, 9) for step in (1, 2, 5)]
    low = max(tick for tick in ticks if tick <= least)
    high = min(tick for tick in ticks if tick >= most * 1.0001)
    shown = [tick for tick in ticks if low <= tick <= high]
    if len(shown) > 7:
        shown = [tick for tick in shown if math.isclose(math.log10(tick), round(math.log10(tick)), abs_tol=1e-9)]

    def place(value):
        return left + (right - left) * math.log(value / low) / math.log(high / low)

    return shown, place
