"""What is read of a run: a Markdown table, growth as a table and as a picture.

Everything is made of results.json, so that the page in the docs can be made again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil, floor, log10
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]
BEGIN, END = "<!-- results: python -m benchmarks --docs -->", "<!-- /results -->"


def number(value: float, unit: str) -> str:
    """Return a value with its unit, to three digits."""
    if unit.startswith("bytes"):
        return f"{value:,.0f} B"
    for size, name in ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")):
        if value >= size:
            scaled = float(f"{value / size:.3g}")
            return f"{scaled:,.0f} {name}" if scaled >= 1_000 else f"{scaled:g} {name}"
    return "0"


def rate(value: float, unit: str) -> str:
    """Return how many a second, where that is how one speaks of it."""
    return f"{_three(1 / value)}/s" if unit == "s/entry" and value else ""


def _three(value: float) -> str:
    digits = max(0, floor(log10(value)) - 2)
    return f"{round(value, -digits):,.0f}"


def markdown(results: Json) -> str:
    """Return the whole report of a run."""
    parts = [*_machine(results), "", *_goals(results), "", *_all(results), ""]
    if larger := results.get("larger"):
        parts += [f"Of {_ledger(larger['run'])}:", "", *_goals(larger), "", *_all(larger), ""]
    return "\n".join([*parts, *_growth(results)]).rstrip() + "\n"


def _machine(results: Json) -> Iterator[str]:
    machine, run = results["machine"], results["run"]
    versions = ", ".join(f"{name} {v}" for name, v in results["versions"].items() if v)
    absent = ", ".join(name for name, v in results["versions"].items() if not v)
    yield (
        f"{run['date']}, commit `{run['commit']}`: {machine['cpus']} × {machine['cpu']}, "
        f"{machine['memory_gib']} GiB, {machine['system']}, Python {machine['python']}, "
        f"SQLite {machine['sqlite']}. Of {_ledger(run)}; {run['seconds']:.0f} s in all."
    )
    yield ""
    yield f"{versions}." + (f" Not installed: {absent}." if absent else "")


def _ledger(run: Json) -> str:
    return (
        f"a ledger of {run['entries']:,} entries ({run['communes']:,} communes, seed {run['seed']})"
    )


def _goals(results: Json) -> Iterator[str]:
    yield "| case | goal | bilan | held against | value | |"
    yield "|---|---|--:|--:|--:|---|"
    for case in results["cases"]:
        for goal in case["goals"]:
            ours = case["medians"].get(goal["ours"])
            theirs = case["medians"].get(goal["theirs"])
            yield (
                f"| {case['title']} | {goal['text']} | {_shown(ours, case['unit'])} "
                f"| {_shown(theirs, case['unit'])} | {_value(goal, case['unit'])} "
                f"| {_verdict(goal)} |"
            )


def _shown(value: float | None, unit: str) -> str:
    return "" if value is None else number(value, unit)


def _value(goal: Json, unit: str) -> str:
    value = goal["value"]
    if value is None:
        return ""
    if goal["how"] == "memory":
        return f"{value:,.0f} MiB"
    if goal["how"] == "ratio":
        return f"{value:.3g} ×" if value >= 0.001 else f"1/{1 / value:,.0f} ×"
    return rate(value, unit) if goal["how"] == "value" else number(max(value, 0), unit)


def _verdict(goal: Json) -> str:
    return {True: "met", False: "**not met**", None: "not measured"}[goal["met"]]


def _all(results: Json) -> Iterator[str]:
    yield "| case | contender | median | lowest – highest | × bilan | peak memory |"
    yield "|---|---|--:|--:|--:|--:|"
    for case in results["cases"]:
        ours = next(iter(case["medians"].values()), None)
        title = case["title"]
        for name, median in case["medians"].items():
            samples = case["samples"][name]
            spread = f"{number(min(samples), case['unit'])} – {number(max(samples), case['unit'])}"
            quick = rate(median, case["unit"])
            said = number(median, case["unit"]) + (f" = {quick}" if quick else "")
            ratio = f"{median / ours:.3g}" if ours else ""
            memory = case["rss"].get(name)
            peak = f"{memory:,.0f} MiB" if memory else ""
            yield f"| {title} | {name} | {said} | {spread} | {ratio} | {peak} |"
            title = ""
        for name, why in case["missing"].items():
            yield f"| {title} | {name} | {why} | | | |"
            title = ""


# --- growth --------------------------------------------------------------------------------------

_TIMES = (
    ("record", "recorded in"), ("append", "append one"), ("cold_figure", "one plan, cold"),
    ("warm_figure", "warm"), ("columns", "columns of all, written in"),
    ("national_figure", "national figure"), ("national_known", "as known half-way"),
    ("national_curve", "curves of the regions"), ("tree", "root from nothing"),
    ("root", "after one more"), ("proof", "consistency proof"),
)  # fmt: skip
_PEAKS = (
    ("record_rss", "recording"), ("rss", "one plan"), ("worker_rss", "writing columns, a process"),
    ("nation_rss", "asking them"), ("proof_rss", "proving"),
)  # fmt: skip


def _growth(results: Json) -> Iterator[str]:
    rows = [row for row in results["growth"] if "failed" not in row]
    if results["growth"]:
        yield from _growth_table(rows, _TIMES, lambda value: number(value, "s"))
        yield ""
        yield "Peak memory of a process that does nothing else:"
        yield ""
        yield from _growth_table(rows, _PEAKS, lambda value: f"{value:,.0f} MiB")
    for row in results["growth"]:
        if "failed" in row:
            yield f"\n{row['communes']:,} communes: {row['failed']}"


def _growth_table(
    rows: Sequence[Json], columns: Sequence[tuple[str, str]], shown: Callable[[float], str]
) -> Iterator[str]:
    yield f"| communes | entries | file | {' | '.join(name for _, name in columns)} |"
    yield "|--:" * (len(columns) + 3) + "|"
    for row in rows:
        values = " | ".join(shown(row[key]) for key, _ in columns)
        size = f"{row['bytes'] / 1e6:,.1f} MB"
        yield f"| {row['communes']:,} | {row['entries']:,} | {size} | {values} |"


_LINES = (
    ("record", "recording all", "#1b6ca8"), ("columns", "columns of all", "#0b7a75"),
    ("national_curve", "regions' curves", "#8a5a00"),
    ("national_figure", "national figure", "#7a4ba0"),
    ("cold_figure", "one plan, cold", "#b5482a"), ("append", "append one", "#555555"),
    ("warm_figure", "one plan, warm", "#2c7a4b"),
)  # fmt: skip
_WIDTH, _HEIGHT, _EDGE = 640, 380, 60


def growth_svg(rows: Sequence[Json]) -> str:
    """Return time over communes, both logarithmic, with the peak memory under each point."""
    rows = [row for row in rows if "failed" not in row]
    across = [log10(row["communes"]) for row in rows]
    seconds = [log10(max(row[key], 1e-6)) for row in rows for key, _, _ in _LINES]
    low, high = floor(min(seconds)), ceil(max(seconds))
    most = max(across) or 1

    def x(value: float) -> float:
        return _EDGE + value / most * (_WIDTH - _EDGE - 150)

    def y(value: float) -> float:
        return _HEIGHT - 60 - (value - low) / (high - low) * (_HEIGHT - 90)

    return "\n".join([*_frame(rows, x, y, low, high), *_curves(rows, x, y), "</svg>", ""])


def _frame(rows: Sequence[Json], x: Any, y: Any, low: int, high: int) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12" role="img">'
        "<title>Time and memory over the number of communes</title>"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>'
    )
    for power in range(low, high + 1):
        label = number(10.0**power * 1.0000001, "s")
        yield (
            f'<path d="M{_EDGE} {y(power):.1f}H{_WIDTH - 150}" stroke="#ddd"/>'
            f'<text x="{_EDGE - 6}" y="{y(power) + 4:.1f}" text-anchor="end">{label}</text>'
        )
    for row in rows:
        at = x(log10(row["communes"]))
        yield (
            f'<text x="{at:.1f}" y="{_HEIGHT - 40}" text-anchor="middle">{row["communes"]:,}</text>'
            f'<text x="{at:.1f}" y="{_HEIGHT - 24}" text-anchor="middle" fill="#555">'
            f"{max(row[key] for key, _ in _PEAKS):,.0f} MiB</text>"
        )
    yield f'<text x="{_EDGE}" y="{_HEIGHT - 6}">communes, and the largest peak memory</text>'


def _curves(rows: Sequence[Json], x: Any, y: Any) -> Iterator[str]:
    taken: list[float] = []
    for key, name, colour in _LINES:
        points = [(x(log10(row["communes"])), y(log10(max(row[key], 1e-6)))) for row in rows]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield from (f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points)
        height = points[-1][1] + 4
        while any(abs(height - other) < 14 for other in taken):
            height += 14
        taken.append(height)
        yield f'<text x="{points[-1][0] + 8:.1f}" y="{height:.1f}" fill="{colour}">{name}</text>'


# --- the page in the docs ------------------------------------------------------------------------


def put_into(page: Path, results: Json) -> None:
    """Replace what stands between the markers of a page."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, f"{page} has no marker {BEGIN}"
    assert end, f"{page} has no marker {END}"
    text = f"{before}{BEGIN}\n\n{markdown(results)}\n{END}{after}"
    page.write_text(text, encoding="utf-8")
