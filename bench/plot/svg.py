"""A small writer of SVG, and the look that all plots share: legible on a light page and on a dark one."""

from xml.sax.saxutils import escape, quoteattr

WIDTH = 820
FONT = "font-family: system-ui, -apple-system, 'Segoe UI', sans-serif; font-size: 13px"
# The picture brings its own ground, so that it never stands on one that its colours were not chosen for.
STYLE = f"""
.ground {{ fill: #ffffff; stroke: #d7dce1 }}
text {{ {FONT}; fill: #1f2328 }}
.title {{ font-size: 15px; font-weight: 600 }}
.quiet {{ fill: #59636e }}
.own {{ font-weight: 600 }}
.end {{ text-anchor: end }}
.middle {{ text-anchor: middle }}
.grid {{ stroke: #e4e8ec; stroke-width: 1 }}
.mark {{ fill: #8a94a0; stroke: #8a94a0 }}
.mark.own {{ fill: #1f6fd0; stroke: #1f6fd0 }}
.mark.hollow {{ fill: #ffffff; stroke-width: 2 }}
.span {{ stroke-width: 2 }}
.goal {{ stroke: #1f2328; stroke-width: 2 }}
.mark.missed {{ fill: #b3261e; stroke: #b3261e }}
text.missed {{ fill: #b3261e; font-weight: 600 }}
@media (prefers-color-scheme: dark) {{
.ground {{ fill: #14181d; stroke: #333b44 }}
text {{ fill: #e8edf2 }}
.quiet {{ fill: #a3adb8 }}
.grid {{ stroke: #2a313a }}
.mark {{ fill: #7d8894; stroke: #7d8894 }}
.mark.own {{ fill: #5aa2f5; stroke: #5aa2f5 }}
.mark.hollow {{ fill: #14181d }}
.goal {{ stroke: #e8edf2 }}
.mark.missed {{ fill: #ff8a80; stroke: #ff8a80 }}
text.missed {{ fill: #ff8a80 }}
}}
"""


class Drawing:
    """Elements, from the top left corner on, in pixels."""

    def __init__(self, title, subtitle, height):
        self.height = height
        self._title = title
        self._elements = []
        self.add("rect", "ground", x=0.5, y=0.5, width=WIDTH - 1, height=height - 1, rx=8)
        self.text(20, 30, title, "title")
        self.text(20, 50, subtitle, "quiet")

    def add(self, name, kind, **attributes):
        """An element of a class."""
        given = "".join(f" {key}={quoteattr(_short(value))}" for key, value in attributes.items())
        self._elements.append(f"<{name} class={quoteattr(kind)}{given}/>")

    def text(self, x, y, words, kind=""):
        """Words, whose baseline begins (or by its class ends) there."""
        self._elements.append(f"<text class={quoteattr(kind)} x={quoteattr(_short(x))} y={quoteattr(_short(y))}>"
                              f"{escape(words)}</text>")

    def line(self, x1, y1, x2, y2, kind):
        """A straight one."""
        self.add("line", kind, x1=x1, y1=y1, x2=x2, y2=y2)

    def document(self):
        """The file."""
        label = quoteattr(self._title)
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.height}" '
            f'viewBox="0 0 {WIDTH} {self.height}" role="img" aria-label={label}>',
            f"<title>{escape(self._title)}</title>", f"<style>{STYLE}</style>", *self._elements, "</svg>", ""])


def _short(value):
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
