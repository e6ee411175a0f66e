"""Turns: the hub and its reference, one after the other, and the other way about in the next round."""


def alternate(rounds, hub, reference):
    """`hub()` and `reference()` so many times; their figures as `[{"hub": …, "reference": …}]`."""
    results = []
    for number in range(rounds):
        one = {}
        for name, measure in [("hub", hub), ("reference", reference)][::1 if number % 2 == 0 else -1]:
            one[name] = measure()
        results.append(one)
    return results
