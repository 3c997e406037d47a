"""Results as Markdown. Input is what goes into the JSON file, so old files can be printed again."""

from __future__ import annotations

from curves import TARGETS
from engines import BASELINE
from goals import goals


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def rate(entry: dict | None) -> str:
    return "—" if not entry else f"{entry['median']:,.0f}"


def ratio(entry: dict | None) -> str:
    if not entry:
        return "—"
    return f"{entry['median']:.2f} ({entry['low']:.2f}–{entry['high']:.2f})"


def building(results: dict) -> str:
    engines = {name: value for name, value in results.items() if name != "failures"}
    counts = sorted({int(n) for value in engines.values() for n in value["build_seconds"]})
    base = engines.get(BASELINE)
    rows = []
    for name, value in engines.items():
        row = [name]
        for count in counts:
            seconds = _by_count(value["build_seconds"], count)
            theirs = _by_count(base["build_seconds"], count) if base else None
            row.append(f"{seconds:.1f}" if seconds else "—")
            row.append(f"{seconds / theirs:.2f}" if seconds and theirs else "—")
        row.append(f"{value['bytes_per_vector']:,.0f}")
        row.append(
            f"{value['bytes_per_vector'] / base['bytes_per_vector']:.2f}" if base else "—"
        )
        row.append(f"{value['mapped_per_vector']:,.0f}")
        rows.append(row)
    head = ["engine"]
    for count in counts:
        head += [f"build, {count} thread{'s' * (count > 1)}, s", f"÷ {BASELINE}"]
    return table([*head, "bytes a vector", f"÷ {BASELINE}", "and mapped"], rows)


def _by_count(values: dict, count: int) -> float | None:
    """JSON has the number of threads as a string."""
    return values.get(count, values.get(str(count)))


def searching(results: dict, threads: int) -> str:
    head = ["engine"]
    for target in TARGETS:
        head += [f"{target:.2f}", f"÷ {BASELINE}"]
    rows = []
    for name, value in results.items():
        row = [name]
        for target in TARGETS:
            entry = value["targets"][str(threads)][f"{target:.2f}"]
            row += [rate(entry["per_second"]), ratio(entry.get("ratio"))]
        rows.append(row)
    return table(head, rows)


def filtering(results: dict) -> str:
    filters = [name for name in next(iter(results.values()))]
    shares = {name: next(iter(results.values()))[name]["matching"] for name in filters}
    head = ["engine"] + [f"{name}, {shares[name]:.2%}" for name in filters]
    rows = []
    for name, by_filter in results.items():
        row = [name]
        for filter_name in filters:
            found = by_filter[filter_name]
            if not found["rates"]:
                row.append(f"recall {found['recall']:.2f}")
            elif filter_name == "all":
                row.append(f"{rate(found['per_second'])}")
            else:
                share = found.get("of_unfiltered")
                part = f" = {share['median']:.2f}" if share else ""
                row.append(f"{rate(found['per_second'])}{part}")
        rows.append(row)
    return table(head, rows)


def replacing(results: dict) -> str:
    rows = [
        [
            name, f"{value['freshRecall']:.3f}", f"{value['recall']:.3f}",
            f"{value['slots']:.2f}", f"{value['perSecond']:,.0f}",
        ]
        for name, value in results.items()
    ]
    return table(["engine", "recall, fresh", "recall", "slots ÷ fresh", "replaced a second"], rows)


def wire(found: dict) -> str:
    rates = [[name, f"{value['median']:,.0f}"] for name, value in found["per_second"].items()]
    ratios = [[name, ratio(value)] for name, value in found["ratios"].items()]
    return (
        f"Recall {found['recall over HTTP']:.3f} over HTTP, "
        f"{found['recall in process']:.3f} in process.\n\n"
        + table(["SearchVectors, TopK 10", "a second"], rates + ratios)
    )


def storing(found: dict) -> str:
    forms = list(dict.fromkeys(f for v in found["stores"].values() for f in v["per_second"]))
    rows = []
    for name, value in found["stores"].items():
        row = [name] + [rate(value["per_second"].get(form)) for form in forms]
        late = name in found["indexed_later"]
        row.append(f"{value['index_seconds']:.1f}" if late else "—")
        opening = value["opening"]
        row.append(f"{1e3 * opening['median']:.0f}" if opening else "—")
        rows.append(row)
    head = ["durable inserts a second", *forms, "indexing afterwards, s", "open to answer, ms"]
    return table(head, rows)


def markdown(report: dict) -> str:
    sections = [_searched(report, name, found) for name, found in report["sets"].items()]
    if "wire" in report:
        sections.append("## Over HTTP\n\n" + wire(report["wire"]))
    if "stores" in report:
        rows = report["stores"]["rows"]
        sections.append(f"## Databases of {rows:,} rows\n\n" + storing(report["stores"]))
        sections += [f"- {text}" for text in report["stores"]["failures"].values()]
    judged = [goal.row() for goal in goals(report)]
    if judged:
        sections.append("## Goals\n\n" + table(["what", "goal", "measured", "met"], judged))
    return "\n\n".join(sections)


def _searched(report: dict, name: str, found: dict) -> str:
    about, engines = found["about"], found["engines"]
    sections = [
        f"## {name}: {about['rows']:,} × {about['dimensions']}, {about['metric']}\n\n"
        f"{building(engines)}"
    ]
    measured = {key: value for key, value in engines.items() if key != "failures"}
    for threads in report["threads"]:
        if any(value["targets"] for value in measured.values()):
            sections.append(
                f"Queries a second with {threads} thread{'s' * (threads > 1)} at recall@10 of …"
                f"\n\n{searching(measured, threads)}"
            )
    if found.get("filters"):
        sections.append(
            "With filters: queries a second at the narrowest width that reaches recall 0.95, "
            "and of the engine's own unfiltered rate.\n\n" + filtering(found["filters"])
        )
    if found.get("replaced"):
        sections.append(
            "After every second row was replaced, at default settings.\n\n"
            + replacing(found["replaced"])
        )
    sections += [f"- {text}" for text in engines.get("failures", {}).values()]
    return "\n\n".join(sections)
