"""The figures as bench/run and bench/peers/run leave them: put together, and made readable."""

import json
import statistics


def merged(kept, paths):
    """What is kept, with what the files have in its place: a scenario of bench/run each, and the peers as a whole."""
    document = {"machine": {}, "scenarios": {}, "peers": {"servers": {}, "scenarios": {}}, **kept}
    for path in paths:
        given = json.loads(path.read_text())
        document["machine"] = _without_names(given.get("machine", document["machine"]))
        document["scenarios"].update({name: figures for name, figures in given.get("scenarios", {}).items()
                                      if figures and not any(figure.get("quick") for figure in figures)})
        peers = given.get("peers") or {}
        document["peers"]["servers"].update(peers.get("servers", {}))
        document["peers"]["scenarios"].update(peers.get("scenarios", {}))
    return document


def _without_names(machine):
    """The machine without what tells it apart from others of its kind."""
    kept = {name: value for name, value in machine.items() if name not in ("hub", "commit")}
    if "kernel" in kept:
        kept["kernel"] = ".".join(kept["kernel"].split("-")[0].split(".")[:2])
    return kept


def number(value):
    """Three digits, or whole from a thousand on; a dash for what is not there."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def of_ratio(value):
    """A ratio, to the hundredth where that tells something."""
    return number(value) if value is None or value < 0.1 or value >= 100 else f"{value:.2f}"


def median(peers, scenario, server, name):
    """Of a figure over the rounds that have it, or None. Disturbed ones count only where there are no others."""
    given = [one[server] for one in _rounds(peers, scenario) if name in one.get(server, {})]
    quiet = [figures for figures in given if not disturbed(figures.get("others"))]
    return statistics.median(figures[name] for figures in quiet or given) if given else None


def ratio(peers, scenario, one, other, name):
    """The median over rounds of what one server's figure is of another's, or None."""
    values = [figures[one][name] / figures[other][name] for figures in _rounds(peers, scenario)
              if name in figures.get(one, {}) and name in figures.get(other, {})]
    return statistics.median(values) if values else None


def disturbed(others):
    """Whether other processes took so much of the machine that figures are in doubt."""
    return (others or 0) > 0.1


def counted(peers, scenario):
    """How many rounds there are figures of; how many attempts failed, by server; who was disturbed."""
    rounds = _rounds(peers, scenario)
    servers = {server for one in rounds for server in one}
    names = peers["scenarios"][scenario]["units"]
    given = [(server, one[server]) for one in rounds for server in one if any(name in one[server] for name in names)]
    complete = [sum(one == server for one, _ in given) for server in servers]
    unquiet = {server for server, _ in given} - {server for server, of in given if not disturbed(of.get("others"))}
    failed = {server: sum(one.get(server, {}).get("failed", 0) for one in rounds) for server in servers}
    return max(complete, default=0), {server: times for server, times in failed.items() if times}, unquiet


def _rounds(peers, scenario):
    return peers["scenarios"].get(scenario, {}).get("rounds", [])
