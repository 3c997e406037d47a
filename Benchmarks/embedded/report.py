"""The report as Markdown. Input is what goes into the JSON file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

OURS = "martlet"
BARE = "martlet-index"
BASELINE = "vctrs"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def of(spread: dict | None, form: str = ",.0f", scale: float = 1) -> str:
    if spread is None:
        return "–"
    median, low, high = (format(scale * spread[name], form) for name in ("median", "low", "high"))
    return median if low == high else f"{median} ({low} to {high})"


def figures(libraries: dict) -> str:
    rows = []
    for name, found in libraries.items():
        own = found["own_width"]
        rows.append([
            name, f"{found['load_rate']:,.0f}", of(found["write_spread"]),
            of(found["open_spread"], ".1f", 1e3), f"{own['median']:,.0f}", f"{own['recall']:.3f}",
            of(found["search_spread"]),
            f"{of(found['filter_spread'])} at {found['filter_recall']:.2f}",
            f"{found['disk_bytes'] / 2**20:,.0f}", f"{found['anonymous'] / 2**20:,.0f}",
            f"{found['mapped'] / 2**20:,.0f}",
        ])
    return table([
        "", "rows/s, loading", "rows/s, 1,000 a write", "open to answer, ms",
        "queries/s, its own width", "recall then", "queries/s at 0.95", "filtered, 9 %",
        "disk, MB", "memory, MB", "mapped, MB",
    ], rows)


def _median(found: dict, name: str) -> float | None:
    return found[name]["median"] if found.get(name) else None


def ratios(libraries: dict) -> str:
    """Ours divided by each; more is better."""
    rows = []
    for ours in (OURS, BARE):
        for name, found in libraries.items():
            if name in (OURS, BARE) or ours not in libraries:
                continue
            own = libraries[ours]
            row = [f"{ours} ÷ {name}"]
            pairs = [(own["load_rate"], found["load_rate"])]
            pairs += [
                (_median(own, what), _median(found, what))
                for what in ("write_spread", "search_spread", "filter_spread")
            ]
            row += [f"{a / b:.1f}" if a and b else "–" for a, b in pairs]
            opening = _median(found, "open_spread"), _median(own, "open_spread")
            row.append(f"{opening[0] / opening[1]:.1f}" if all(opening) else "–")
            rows.append(row)
    return table([
        "times as fast", "loading", "1,000 a write", "search at 0.95", "filtered, 9 %", "opening",
    ], rows)


def goals(libraries: dict) -> Iterator[tuple[str, float, str, bool]]:
    """What, measured, bound, and whether it is met; for one machine at rest with all rows."""
    ours, base = libraries.get(OURS), libraries.get(BASELINE)
    if ours is None:
        return
    if base is not None:
        search, other = _median(ours, "search_spread"), _median(base, "search_spread")
        if search and other:
            yield "searches a second ÷ vctrs at 0.95", search / other, "at least 5", (
                search / other >= 5)
        load = ours["load_rate"] / base["load_rate"]
        yield "loading, durable ÷ vctrs", load, "at least 3", load >= 3
    opening = 1e3 * (_median(ours, "open_spread") or float("inf"))
    yield "open to first answer, ms", opening, "less than 30", opening < 30
    others = [
        rate for name, found in libraries.items() if name not in (OURS, BARE)
        if (rate := _median(found, "search_spread"))
    ]
    search = _median(ours, "search_spread")
    if others and search:
        ratio = search / max(others)
        yield "searches a second ÷ the next best at 0.95", ratio, "more than 1", ratio > 1


def markdown(report: dict) -> str:
    libraries = report["libraries"]
    parts = [figures(libraries), ratios(libraries), table(
        ["goal", "bound", "measured", "met"],
        [
            [what, bound, f"{measured:.3g}", "yes" if met else "**no**"]
            for what, measured, bound, met in goals(libraries)
        ])]
    parts += [f"{failure}." for failure in report["failures"].values()]
    return "\n\n".join(parts)
