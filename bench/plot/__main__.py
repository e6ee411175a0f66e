"""Makes docs/performance.md and its plots from what bench/run and bench/peers/run wrote.

    python3 bench/plot FILE...   takes the figures of the files into docs/performance/figures.json, makes the page anew
    python3 bench/plot           makes the page anew
    python3 bench/plot --check   whether the page is what those figures make of it: ends with status 1 where it isn't

A scenario that a file has replaces the one that was there. Figures of a quick run are left out.
"""

import argparse
import json
import pathlib
import re
import sys
import xml.etree.ElementTree

sys.dont_write_bytecode = True

import page  # noqa: E402
from figures import merged  # noqa: E402

DOCS = pathlib.Path(__file__).resolve().parent.parent.parent / "docs"
FIGURES = DOCS / "performance" / "figures.json"
# Names that have digits in them; every other digit on the page must come from the figures.
NAMES = re.compile(r"\bpython3\b|\bp50\b|\bp99\b|\bHTTP/1\.1\b")


def faults(files):
    """What is wrong with the page and the plots as they stand."""
    for name, text in files.items():
        path = DOCS / name
        if not path.exists() or path.read_text() != text:
            yield f"docs/{name} is not what the figures make of it: run python3 bench/plot"
        if name.endswith(".svg"):
            try:
                xml.etree.ElementTree.fromstring(text)
            except xml.etree.ElementTree.ParseError as error:
                yield f"docs/{name} is not XML: {error}"
    for path in sorted((DOCS / page.PLOTS).glob("*.svg")):
        if f"{page.PLOTS}/{path.name}" not in files:
            yield f"docs/{page.PLOTS}/{path.name} stands on no page"
    for number, line in enumerate(page.TEMPLATE.read_text().splitlines(), 1):
        if re.search(r"\d", NAMES.sub("", line)):
            yield f"bench/plot/performance.md:{number} has a figure of its own, which no measurement made"


def main():
    """Takes figures in, makes the page, or checks it."""
    parser = argparse.ArgumentParser(prog="bench/plot", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    if asked.check:
        found = list(faults(page.made(merged(kept, []))))
        print("\n".join(found) or "docs/performance.md is what its figures make of it")
        return 1 if found else 0
    figures = merged(kept, asked.files)
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    files = page.made(figures)
    for old in FIGURES.parent.glob("*.svg"):
        old.unlink()
    for name, text in files.items():
        (DOCS / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
