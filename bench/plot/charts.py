"""The kinds of plots: bars for what stays within an order of magnitude, dots on a logarithmic scale for what doesn't,
and figures as parts of their goals."""

import math

from figures import number
from svg import WIDTH, Drawing

LONGEST = 1.4  # of a bar beside its goal: what misses it by more is cut off
LONGEST_NAME = 58  # letters; the table has it whole
TOP, ROW, BOTTOM = 72, 30, 34  # above the rows, each of them, below
LEFT, RIGHT = 170, 130  # for names, for values
CLOSEST_TICKS = 60
WIDEST_FOR_BARS = 12  # the largest value over the smallest


def compare(title, subtitle, rows, names):
    """`rows`: [(server, is ours, [values])], one value or the two ends of a span, or nothing. `names`: of the values."""
    values = [value for _, _, given in rows for value in given]
    spans = len(names) > 1
    if spans or max(values) > WIDEST_FOR_BARS * min(values):
        return _dots(title, subtitle, rows, names, _logarithmic(min(values), max(values)))
    return _bars(title, subtitle, rows, max(values))


def against_goals(title, subtitle, rows):
    """`rows`: [(what, part of its goal, met, words)]: a bar each, which ends before the goal's stroke where it is met."""
    drawing = Drawing(title, subtitle, TOP + ROW * len(rows) + BOTTOM)
    left, right = 450, WIDTH - 225
    goal = left + (right - left) / LONGEST
    for index, (what, part, met, words) in enumerate(rows):
        y = TOP + ROW * index
        drawing.text(20, y + 19, what if len(what) <= LONGEST_NAME else what[:LONGEST_NAME - 1].rstrip(" ,") + "…")
        width = max(1.0, (right - left) * min(part, LONGEST) / LONGEST)
        drawing.add("rect", "mark own" if met else "mark missed", x=left, y=y + 8, width=width, height=14, rx=2)
        drawing.text(right + 14, y + 19, words, "own" if met else "missed")
    drawing.line(goal, TOP, goal, TOP + ROW * len(rows), "goal")
    drawing.text(goal, TOP + ROW * len(rows) + 20, "goal", "quiet middle")
    return drawing.document()


def _bars(title, subtitle, rows, most):
    drawing = Drawing(title, subtitle, TOP + ROW * len(rows) + 14)
    scale = (WIDTH - LEFT - RIGHT) / most
    for index, (name, ours, values) in enumerate(rows):
        y = TOP + ROW * index
        own = " own" if ours else ""
        drawing.text(LEFT - 12, y + 19, name, "end" + own)
        if not values:
            drawing.text(LEFT, y + 19, "no figure", "quiet")
            continue
        value = values[0]
        drawing.add("rect", "mark" + own, x=LEFT, y=y + 6, width=max(1.0, value * scale), height=18, rx=2)
        drawing.text(LEFT + value * scale + 8, y + 19, number(value), own.strip())
    return drawing.document()


def _dots(title, subtitle, rows, names, scale):
    drawing = Drawing(title, subtitle + "; logarithmic", TOP + ROW * len(rows) + BOTTOM)
    ticks, place = scale
    _grid(drawing, len(rows), ticks, place)
    for index, (name, ours, values) in enumerate(rows):
        y = TOP + ROW * index + ROW / 2
        own = " own" if ours else ""
        drawing.text(LEFT - 12, y + 4, name, "end" + own)
        if len(values) > 1:
            drawing.line(place(values[0]), y, place(values[-1]), y, "mark span" + own)
        for order, value in enumerate(values):
            hollow = " hollow" if order + 1 < len(values) else ""
            drawing.add("circle", "mark" + own + hollow, cx=place(value), cy=y, r=5)
        drawing.text(WIDTH - RIGHT + 16, y + 4, " / ".join(map(number, values)) or "no figure",
                     own.strip() if values else "quiet")
    if len(names) > 1:
        drawing.text(WIDTH - RIGHT + 16, TOP - 8, " / ".join(names), "quiet")
    return drawing.document()


def _grid(drawing, rows, ticks, place):
    for tick in ticks:
        drawing.line(place(tick), TOP, place(tick), TOP + ROW * rows, "grid")
        drawing.text(place(tick), TOP + ROW * rows + 20, number(tick), "quiet middle")


def _logarithmic(least, most):
    """The ticks, and where a value stands."""
    ticks = [step * 10.0 ** power for power in range(-4, 9) for step in (1, 2, 5)]
    low = max(tick for tick in ticks if tick <= least)
    high = min(tick for tick in ticks if tick >= most * 1.0001)
    shown = [tick for tick in ticks if low <= tick <= high]
    if (WIDTH - LEFT - RIGHT) / len(shown) < CLOSEST_TICKS:
        shown = [tick for tick in shown if math.isclose(math.log10(tick), round(math.log10(tick)), abs_tol=1e-9)]

    def place(value):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(value / low) / math.log(high / low)

    return shown, place
