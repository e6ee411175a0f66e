"""docs/performance.md and its plots, from the figures."""

import pathlib
import re
import string

import charts
from figures import counted, disturbed, median, number, of_ratio, ratio

TEMPLATE = pathlib.Path(__file__).resolve().parent / "performance.md"
PLOTS = "performance"  # the folder beside the page

PARTS = {"cpu": "Processor time, one event at a time", "burst": "Processor time in a burst", "latency": "Latency",
         "memory": "Memory", "publish": "Publishing", "connect": "Connecting", "resume": "Resuming",
         "shared": "Hubs that share a Redis"}
LOAD = "{streams} streams × {rate} events/s"
# Of each scenario with peers: what the rows of the table are called, the title of the plot, and what stands below that.
PEERS = {
    "saturation": ({"deliveries_a_second": "deliveries/s, {streams} streams, as fast as it goes"}, "Deliveries a second",
                   "{streams} streams, {publishers} publishers, each as fast as it is answered; more is better"),
    "cpu": ({"processor_us_a_delivery": "CPU a delivery, {streams} streams, µs"}, "Processor time a delivery, µs",
            "{streams} streams × {rate} event/s; less is better"),
    "latency": ({"p50_ms": f"p50, {LOAD}, ms", "p99_ms": f"p99, {LOAD}, ms"}, "Delay, ms",
                f"{LOAD}; p50 hollow, p99 full; less is better"),
    "pressure": ({"p50_ms": f"p50, {LOAD}, ms", "p99_ms": f"p99, {LOAD}, ms"}, "Delay under pressure, ms",
                 f"{LOAD}; p50 hollow, p99 full; less is better"),
    "memory": ({"bytes_a_stream": "user-space memory an idle stream, bytes"}, "User-space memory an idle stream, bytes",
               "the difference between {streams} and {more_streams} streams; less is better"),
    "connect": ({"open_seconds": "{streams} streams connecting at once, s"}, "Connecting at once, s",
                "{streams} streams; the hub's with a token and a session each; less is better"),
}


def made(figures):
    """The page and its plots: their text, by file name."""
    files = {}

    def plot(name, svg, words):
        files[f"{PLOTS}/{name}.svg"] = svg
        return f"![{words}]({PLOTS}/{name}.svg)"

    peers = figures["peers"]
    page = string.Template(TEMPLATE.read_text()).substitute(
        machine=_machine(figures["machine"]), durability="process",
        goals_plot=_goals(figures["scenarios"], plot), scenarios=_scenarios(figures["scenarios"]),
        versions=_versions(peers), peers_table=_peers_table(peers), peers_plots=_peers_plots(peers, plot),
        peers_remarks=_peers_remarks(peers))
    files["performance.md"] = re.sub(r"\n{3,}", "\n\n", page)
    return files


def _machine(machine):
    if not machine:
        return "a machine that is not described yet"
    return (f"{machine['cores']} cores of a virtual machine ({machine['processor']}, {machine['memory_gb']:g} GB), "
            f"Linux {machine['kernel']}, Debian {machine.get('debian', '')}, at most {machine['descriptors']:,} descriptors a "
            "process")


def _goal(figure):
    """(sense, bound, unit) of a figure's goal, as `at most 1.15 x` or, on the hub's own figure, `at most 400`; or None."""
    found = re.fullmatch(r"(at most|at least) ([\d.,]+)( x)?", figure["goal"] or "")
    return (found[1], float(found[2].replace(",", "")), " ×" if found[3] else "") if found else None


def _goals(scenarios, plot):
    rows = []
    for name in PARTS:
        for figure in scenarios.get(name, []):
            if figure["met"] is None or disturbed(figure.get("others")) or not (goal := _goal(figure)):
                continue
            sense, bound, unit = goal
            value = figure["ratio"] if unit else figure["hub"]
            part = value / bound if sense == "at most" else bound / value
            of = f"{of_ratio(value)} × of {of_ratio(bound)} ×" if unit else f"{number(value)} of {number(bound)}"
            rows.append((f"{name}: {figure['what']}", part, figure["met"], of + ("" if figure["met"] else " missed")))
    if not rows:
        return ""
    title = "The hub and its goals"
    return plot("goals", charts.against_goals(
        title, "how much of what its goal allows each figure takes; where more is better, the other way about", rows), title)


def _scenarios(scenarios):
    text = []
    for name, title in PARTS.items():
        if not scenarios.get(name):
            continue
        text += [f"### {title}", "", f"`bench/run {name}`", "",
                 "| | unit | hub | reference | ratio | goal | |", "|---|---|---:|---:|---:|---|---|"]
        for figure in scenarios[name]:
            reference = number(figure["reference"])
            if figure["reference_is"]:
                reference += f" ({figure['reference_is']})"
            met = {None: "", True: "met", False: "**missed**"}[figure["met"]]
            if disturbed(figure.get("others")):
                met = "*disturbed*"
            text.append(f"| {figure['what']} | {figure['unit']} | {number(figure['hub'])} | {reference} | "
                        f"{of_ratio(figure['ratio'])} | {_bound(figure)} | {met} |")
        rounds = min(len(figure["rounds"]) for figure in scenarios[name])
        text += ["", f"Medians of {rounds} rounds at least." if rounds > 1 else "One round.", ""]
    return "\n".join(text)


def _bound(figure):
    """The goal, for a table."""
    if not (goal := _goal(figure)):
        return figure["goal"] or ""
    sense, bound, unit = goal
    return f"{sense} {of_ratio(bound) if unit else number(bound)}{unit}"


def _versions(peers):
    known = [f"{server['name']} {server['version']}" for server in peers["servers"].values() if server["version"]]
    return "; ".join(known) or "None measured yet"


def _filled(words, peers, scenario):
    options = peers["scenarios"][scenario]["options"]
    return words.format(**{name: f"{value:,}" if isinstance(value, int) else value for name, value in options.items()})


def _measured(peers):
    return [name for name in PEERS if name in peers["scenarios"]]


def _peers_table(peers):
    servers = peers["servers"]
    text = ["| | " + " | ".join(server["name"] for server in servers.values()) + " |", "|---|" + "---:|" * len(servers)]
    for scenario in _measured(peers):
        for name, words in PEERS[scenario][0].items():
            cells = [number(median(peers, scenario, server, name)) for server in servers]
            text.append(f"| {_filled(words, peers, scenario)} | " + " | ".join(cells) + " |")
    return "\n".join(text)


def _peers_plots(peers, plot):
    text = []
    for scenario in _measured(peers):
        names, title, subtitle = PEERS[scenario]
        rows = []
        for server, described in peers["servers"].items():
            values = [median(peers, scenario, server, name) for name in names]
            rows.append((described["name"], server == "tidings", [] if None in values else values))
        short = [name.removesuffix("_ms") for name in names]
        if any(values for _, _, values in rows):
            subtitle = _filled(subtitle, peers, scenario)
            text += [plot(scenario, charts.compare(title, subtitle, rows, short), f"{title}: {subtitle}"),
                     "", f"`bench/peers/run {scenario}`", ""]
    return "\n".join(text)


def _peers_remarks(peers):
    text = []
    rounds, failed, unquiet = {}, {}, []
    for scenario in _measured(peers):
        rounds[scenario], of_scenario, servers = counted(peers, scenario)
        if servers:
            names = [described["name"] for server, described in peers["servers"].items() if server in servers]
            unquiet.append(f"{scenario}: {'all' if len(names) == len(peers['servers']) else ', '.join(names)}")
        for server, times in of_scenario.items():
            failed[server] = failed.get(server, 0) + times
    if rounds:
        text.append("Rounds: " + ", ".join(f"{name} {count}" for name, count in rounds.items()) + ".")
    if failed:
        times = ", ".join(f"{peers['servers'][server]['name']} {count}" for server, count in failed.items())
        text.append(f"Runs that failed, because streams were refused or events were lost (they are made again, twice at "
                    f"most): {times}.")
    if unquiet:
        text.append(f"Disturbed in every round: {'; '.join(unquiet)}.")
    if opening := ratio(peers, "connect", "tidings", "nchan", "open_seconds"):
        text.append(f"Connecting with a token and a session takes the hub {of_ratio(opening)} times as long as Nchan takes\n"
                    "without either (the median ratio within a round).")
    if "pushpin" in peers["servers"]:
        text.append("Pushpin is spared: it loses requests when many arrive at once, so few are under way at a time.")
    return "\n\n".join(text)
