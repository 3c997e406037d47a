"""Recall and throughput as an SVG drawing: one panel for each data set, one line for each engine.

Recall is drawn as -log10(1 - recall), so that the part near 1 has room; throughput is logarithmic.
"""

from __future__ import annotations

import math
import statistics
from html import escape

from engines import OURS, PEERS

# One for each engine, in the order of their names in engines.py.
COLORS = (
    "#0b6e4f", "#08a045", "#6bbf59", "#b7d968", "#222222", "#1f77b4", "#7fb2e5", "#2f4b7c",
    "#d62728", "#ff9896", "#ff7f0e", "#ffbb78", "#9467bd", "#c5b0d5", "#8c564b", "#c49c94",
)
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, LEGEND = 560, 420, 64, 44, 48, 160
RECALLS = (0.8, 0.9, 0.95, 0.98, 0.99, 0.995)


def _right(recall: float) -> float:
    low, high = (-math.log10(1 - edge) for edge in (RECALLS[0], 0.9965))
    return LEFT + (WIDTH - LEFT) * (-math.log10(1 - min(recall, 0.9965)) - low) / (high - low)


def _panel(title: str, curves: dict[str, list[tuple[float, float]]], colors: dict) -> str:
    points = [p for curve in curves.values() for p in curve if p[0] >= RECALLS[0]]
    if not points:
        return ""
    low = math.log10(min(rate for _, rate in points) * 0.9)
    high = math.log10(max(rate for _, rate in points) * 1.1)

    def down(rate: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(rate)) / (high - low)

    floor = HEIGHT - BOTTOM
    parts = [f'<text x="{LEFT}" y="24" class="title">{escape(title)}</text>']
    for recall in RECALLS:
        x = _right(recall)
        parts.append(f'<path d="M{x:.1f} {TOP}V{floor}" class="grid"/>')
        parts.append(f'<text x="{x:.1f}" y="{floor + 16}" class="middle">{recall:g}</text>')
    for exponent in range(math.floor(low), math.ceil(high) + 1):
        for step in (1, 2, 5):
            rate = step * 10.0**exponent
            if low <= math.log10(rate) <= high:
                y = down(rate)
                parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH}" class="grid"/>')
                place = f'x="{LEFT - 6}" y="{y + 4:.1f}"'
                parts.append(f'<text {place} class="end">{rate:,.0f}</text>')
    middle = (LEFT + WIDTH) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 10}" class="middle">recall@10</text>')
    for name, curve in curves.items():
        places = [(_right(r), down(q)) for r, q in sorted(curve) if r >= RECALLS[0]]
        if not places:
            continue
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        wide = 2.6 if name.startswith("martlet") else 1.5
        parts.append(
            f'<path d="{path}" fill="none" stroke="{colors[name]}" stroke-width="{wide}"/>'
        )
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{colors[name]}"/>'
                  for x, y in places]
    return "".join(parts)


def drawing(report: dict, threads: int) -> str:
    """The medians of all rounds, of the results that also go into the JSON file."""
    names: list[str] = []
    panels = []
    for name, found in report["sets"].items():
        curves = {}
        for engine, value in found["engines"].items():
            if engine == "failures":
                continue
            rounds = value["rates"].get(threads, value["rates"].get(str(threads)))
            curves[engine] = [
                (recall, statistics.median(rates))
                for recall, rates in zip(value["recalls"], zip(*rounds))
            ]
            if engine not in names:
                names.append(engine)
        title = f"{name}: queries a second, {threads} thread{'s' * (threads > 1)}"
        panels.append((title, curves))
    colors = dict(zip(OURS + PEERS, COLORS))
    body = [
        f'<g transform="translate({number * (WIDTH + 24)} 0)">{_panel(title, curves, colors)}</g>'
        for number, (title, curves) in enumerate(panels)
    ]
    left = len(panels) * (WIDTH + 24)
    for number, name in enumerate(names):
        y = TOP + 20 * number
        body.append(
            f'<path d="M{left} {y}h22" stroke="{colors[name]}" stroke-width="3"/>'
            f'<text x="{left + 28}" y="{y + 4}">{escape(name)}</text>'
        )
    style = (
        "text{font:12px sans-serif;fill:#333}.title{font-weight:bold;font-size:14px}"
        ".middle{text-anchor:middle}.end{text-anchor:end}.grid{stroke:#ddd;fill:none}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + LEGEND}" height="{HEIGHT}">'
        f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>'
        + "".join(body) + "</svg>\n"
    )
