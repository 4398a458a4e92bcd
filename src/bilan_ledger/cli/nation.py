"""The commands for all plans of a nation: write their columns, and ask for their figures.

Decides: names and options, and how progress is shown. Refuses to know: how anything is added up.
"""

from pathlib import Path
from typing import Annotated

from rich.progress import Progress as Bar

from ..formats.shapes import point_json, policy_json
from ..plan import Policy
from . import show
from .app import ASK, KEEP, OUTPUT, POLICY, command, option, print_json
from .options import Output, PolicyOptions
from .words import say

FOLDER = Annotated[Path, option("opt-columns-folder")]


@command("export-columns", KEEP)
def export_columns(
    folder: FOLDER,
    /,
    *,
    workers: Annotated[int, option("opt-workers")] = 2,
    common: OUTPUT = Output(),
) -> None:
    """Write what moves the figures of all plans as Parquet files."""
    from ..projections.columns import Written, write_columns  # noqa: PLC0415 an extra

    done = Written(0, 0, 0)
    with Bar(console=show.err, transient=True, disable=not show.err.is_terminal) as bar:
        task = bar.add_task(say("reading"), total=None)
        for done in write_columns(common.place(), folder, workers=workers):
            bar.update(task, completed=done.plans, total=done.all)
    if common.json:
        print_json({"path": str(folder), "plans": done.plans, "entries": done.entries})
    else:
        show.line(say("columns-written", path=folder, plans=done.plans, entries=done.entries))


@command("nation", ASK)
def nation(
    folder: FOLDER,
    /,
    *,
    on: Annotated[str | None, option("opt-day")] = None,
    by: Annotated[str | None, option("opt-by-place", name="--by")] = None,
    known: Annotated[int | None, option("opt-known-index")] = None,
    policy: POLICY = PolicyOptions(),
    common: OUTPUT = Output(),
) -> None:
    """Print the figure of all plans together, on a day or on each day on which it changes."""
    from ..projections.columns import Columns  # noqa: PLC0415 an extra

    chosen = policy.policy(Policy())
    with Columns(folder) as columns:
        if on is None:
            curves = columns.curves(by=by, known=known, policy=chosen)
            found = {part: list(points) for part, points in curves.items()}
        else:
            figures = columns.figures(by=by, on=on, known=known, policy=chosen)
            found = {part: [point] for part, point in figures.items()}
    if common.json:
        parts = [
            {"part": part, "points": [point_json(point, chosen) for point in points]}
            for part, points in found.items()
        ]
        print_json({"policy": policy_json(chosen), "by": by, "parts": parts})
    else:
        show.nation(found, by, chosen)
