#!/usr/bin/env python3
"""Draws what tests/benchmark/run.sh has measured.

    tests/benchmark/run.sh --json FILE && tests/benchmark/plot.py FILE [FOLDER]

Writes one SVG for each workload in FILE to FOLDER (default docs/benchmarks): bars for W1, W2..., lines over the number
of links for S. Python's standard library alone; the same FILE gives the same bytes. The colours can be read on white
and on dark backgrounds, and the background is left to the page.
"""
import json
import math
import pathlib
import sys
from html import escape

HANDS = {"c_api": ("C API", "#8b949e"), "soci": ("SOCI", "#c98a1b"), "gm2m": ("gm2m", "#3b82f6")}
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
LAYOUTS = ("standard", "compact")
INK, GRID = "#768390", "#76839055"
FONT = "font-family='system-ui, sans-serif' font-size='12'"
DEFAULT_FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "benchmarks"


def duration(seconds):
    for unit, scale in (("s", 1), ("ms", 1e3)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def text(x, y, content, anchor="start", fill=INK, extra=""):
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{fill}' {extra}>{escape(content)}</text>"


def line(x1, y1, x2, y2, colour=GRID, extra=""):
    return f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}' {extra}/>"


def svg(width, height, parts):
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' {FONT}>"
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def bars(rows):
    """A group for each engine and layout, a bar for each hand: its time as a multiple of the C API's."""
    left, unit, bar, gap, top = 180, 160, 16, 14, 12
    longest = 3  # a longer bar is cut, and says so in its label
    parts, y = [], top
    for engine, engine_name in ENGINES.items():
        for layout in LAYOUTS:
            group = {r["hand"]: r for r in rows if r["engine"] == engine and r["layout"] == layout and r["ratio"]}
            if not group:
                continue
            parts.append(text(left - 58, y + 1.5 * bar + 4, f"{engine_name}, {layout}", "end", extra="font-size='11'"))
            for hand, (name, colour) in HANDS.items():
                if hand not in group:
                    continue
                row = group[hand]
                length = min(row["ratio"], longest) * unit
                label = f"{row['ratio']:.2f}×: {duration(row['median_s'])}, {row['peak_rss_mb']:.0f} MB"
                parts.append(text(left - 6, y + bar - 4, name, "end", extra="font-size='11'"))
                parts.append(f"<rect x='{left}' y='{y}' width='{length:.1f}' height='{bar - 3}' fill='{colour}'/>")
                parts.append(text(left + length + 6, y + bar - 4, label))
                y += bar
            y += gap
    grid = [line(left + unit * n, top - 4, left + unit * n, y - gap + 4) for n in (0, 1, 2)]
    return svg(left + longest * unit + 170, y, grid + parts)


def growth(rows, value, name_of):
    """A panel for each engine: a value over the number of links, both on logarithmic scales."""
    left, top, width, height, space = 70, 30, 260, 220, 80
    engines = [engine for engine in ENGINES if any(r["engine"] == engine for r in rows)]
    links = sorted({r["links"] for r in rows})
    low = math.floor(math.log10(min(r[value] for r in rows)))
    high = math.ceil(math.log10(max(r[value] for r in rows)))
    first, last = math.log10(links[0]), math.log10(links[-1])
    parts = []
    for number, engine in enumerate(engines):
        x0 = left + number * (width + space)

        def place(row_links, row_value):
            along = (math.log10(row_links) - first) / (last - first) if last > first else 0.5
            return x0 + along * width, top + height * (high - math.log10(row_value)) / (high - low)

        parts.append(text(x0 + width / 2, 16, ENGINES[engine], "middle"))
        for power in range(low, high + 1):
            y = place(links[0], 10**power)[1]
            parts += [line(x0, y, x0 + width, y), text(x0 - 6, y + 4, name_of(10**power), "end")]
        for count in links:
            x = place(count, 10**low)[0]
            parts.append(line(x, top, x, top + height))
            parts.append(text(x, top + height + 16, f"10^{math.log10(count):.0f}", "middle"))
        parts.append(text(x0 + width / 2, top + height + 34, "links", "middle"))
        for hand, (_, colour) in HANDS.items():
            for layout in LAYOUTS:
                points = sorted(
                    (r["links"], r[value])
                    for r in rows
                    if (r["engine"], r["hand"], r["layout"]) == (engine, hand, layout) and r[value]
                )
                spots = " ".join("{:.1f},{:.1f}".format(*place(*point)) for point in points)
                dash = "stroke-dasharray='5 3'" if layout == "compact" else ""
                parts.append(f"<polyline points='{spots}' fill='none' stroke='{colour}' stroke-width='2' {dash}/>")
    total = left + len(engines) * width + (len(engines) - 1) * space + 20
    return svg(total, top + height + 70, parts + legend(left, top + height + 58))


def legend(x, y):
    parts = []
    for name, colour in HANDS.values():
        parts += [line(x, y - 4, x + 20, y - 4, colour, "stroke-width='2'"), text(x + 26, y, name)]
        x += 80
    return parts + [line(x, y - 4, x + 24, y - 4, INK, "stroke-dasharray='5 3'"), text(x + 30, y, "compact layout")]


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[0].startswith("-"):
        sys.exit(__doc__)
    folder = pathlib.Path(arguments[1]) if len(arguments) == 2 else DEFAULT_FOLDER
    by_workload = {}
    for row in json.loads(pathlib.Path(arguments[0]).read_text(encoding="utf-8")):
        if row["engine"] != "-":
            by_workload.setdefault(row["workload"], []).append(row)
    pictures = {}
    for workload, rows in by_workload.items():
        if "links" not in rows[0]:
            pictures[workload] = bars(rows)
            continue
        pictures[workload] = growth(rows, "median_s", duration)
        if workload == "S-W3":
            pictures["S-W3-memory"] = growth(rows, "peak_rss_mb", lambda megabytes: f"{megabytes:g} MB")
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        (folder / f"{name}.svg").write_text(picture, encoding="utf-8")
        print(folder / f"{name}.svg")


if __name__ == "__main__":
    main(sys.argv[1:])
