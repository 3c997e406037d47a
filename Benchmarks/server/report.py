"""The figures as Markdown, for the README, and as JSON, for keeping.

Ratios come first: they travel between machines better than figures do. "Met" is yes, no, or a dash
where there is no goal or nothing to compare with.
"""

from __future__ import annotations

import dataclasses
import statistics

from comparison import CONNECTIONS, GOALS, Comparison, Question
from growth import OPERATIONS, Growth
from starting import STARTS, Starting

MEBIBYTE = 1 << 20
START_GOAL_MILLISECONDS = 20
IDLE_GOAL_BYTES = 30e6
SPREAD_GOAL = 0.7


def table(header: list[str], rows: list[list[str]]) -> str:
    """The first column is text, the others are figures."""
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, rule, *rows])


def met(holds: bool | None) -> str:
    return "–" if holds is None else "yes" if holds else "**no**"


def short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def ratio_text(ratios: list[float]) -> str:
    if not ratios:
        return "not measured"
    return f"{short(statistics.median(ratios))} ({short(ratios[0])}–{short(ratios[-1])})"


def comparison_markdown(comparison: Comparison) -> str:
    most = CONNECTIONS[-1]
    ratio_rows = []
    for goal in GOALS:
        ratios = comparison.ratios(goal, most)
        holds = None
        if ratios and goal.at_least is not None:
            holds = statistics.median(ratios) >= goal.at_least
        ratio_rows.append(
            [f"{goal.operation} ÷ {goal.against} {goal.theirs}"]
            + [ratio_text(comparison.ratios(goal, connections)) for connections in CONNECTIONS]
            + ["–" if goal.at_least is None else f"≥ {goal.at_least:g}"]
            + [met(holds)]
        )
    figure_rows = []
    for target, operation in dict.fromkeys((q.target, q.operation) for q in comparison.asked):
        row = [f"{target}: {operation}"]
        for connections in CONNECTIONS:
            question = Question(target, operation, connections)
            row.append(f"{comparison.median(question, 'per_second'):,.0f}")
        row.append(f"{comparison.median(question, 'p99'):.2f}")
        row.append(f"{comparison.median(question, 'server_cpu_microseconds'):,.1f}")
        figure_rows.append(row)
    counts = [f"{connections} connection{'s' * (connections > 1)}" for connections in CONNECTIONS]
    return "\n\n".join(
        [
            "### Throughput, as ratios: median over rounds (lowest–highest)",
            table(
                ["Martlet ÷ other", *counts, f"goal at {most}", "met"],
                ratio_rows,
            ),
            "### Requests per second, medians",
            table(
                ["server", *counts, f"p99 at {most}, ms", f"server CPU at {most}, µs/request"],
                figure_rows,
            ),
        ]
    )


def starting_markdown(startings: dict[str, Starting]) -> str:
    rows = []
    for name, starting in startings.items():
        rows.append(
            [
                name,
                f"{starting.milliseconds:.1f} ({starting.slowest_milliseconds:.1f})",
                met(starting.milliseconds < START_GOAL_MILLISECONDS),
                f"{starting.idle_bytes / 1e6:.1f}",
                met(starting.idle_bytes < IDLE_GOAL_BYTES),
            ]
        )
    header = ["data directory", "first answer, ms (slowest)", f"< {START_GOAL_MILLISECONDS} ms"]
    header += ["idle, MB", f"< {IDLE_GOAL_BYTES / 1e6:.0f} MB"]
    return f"### Start, medians of {STARTS}\n\n" + table(header, rows)


def growth_markdown(growth: Growth, budget: str, budget_bytes: int) -> str:
    rows = []
    for size in growth.sizes:
        peak = size.server.memory_bytes("VmHWM")
        rows.append(
            [
                f"{size.items:,}",
                *(f"{size.median(operation):,.0f}" for operation in OPERATIONS),
                f"{size.loaded_per_second:,.0f}",
                f"{size.disk_bytes() / MEBIBYTE:,.0f}",
                f"{peak / MEBIBYTE:,.0f}",
                met(peak <= budget_bytes),
            ]
        )
    header = ["items", *(f"{operation}/s" for operation in OPERATIONS), "loaded items/s"]
    header += ["on disk, MiB", "peak memory, MiB", f"≤ {budget}"]
    spreads = [
        f"{operation}: slowest size ÷ fastest {growth.spread(operation):.2f} "
        f"(goal ≥ {SPREAD_GOAL:g}, met: {met(growth.spread(operation) >= SPREAD_GOAL)})"
        for operation in OPERATIONS
    ]
    return "### Cost as a table grows\n\n" + table(header, rows) + "\n\n" + "; ".join(spreads)


def as_json(
    machine: dict[str, str],
    comparison: Comparison | None,
    startings: dict[str, Starting],
    growth: Growth | None,
) -> dict:
    """Every figure of every round."""
    result: dict = {"machine": machine}
    result["starting"] = {
        name: dataclasses.asdict(starting) for name, starting in startings.items()
    }
    if comparison is not None:
        result["comparison"] = [
            dataclasses.asdict(question)
            | {"rounds": [dataclasses.asdict(figure) for figure in figures]}
            for question, figures in comparison.figures.items()
        ]
    if growth is not None:
        result["growth"] = [
            {
                "items": size.items,
                "per_second": size.per_second,
                "loaded_per_second": size.loaded_per_second,
                "disk_bytes": size.disk_bytes(),
                "peak_bytes": size.server.memory_bytes("VmHWM"),
            }
            for size in growth.sizes
        ]
    return result
