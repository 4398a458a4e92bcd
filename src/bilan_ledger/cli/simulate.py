"""The command that makes a ledger to try things on, as large as you like.

Decides: names and options, and how progress is shown. Refuses to know: what is drawn.
"""

from typing import Annotated

from rich.progress import Progress as Bar

from ..ledger import Ledger
from . import show
from .app import KEEP, OUTPUT, command, option, print_json
from .options import Output
from .words import say


@command("simulate", KEEP)
def simulate(
    file: Annotated[str, option("opt-simulated-file")],
    /,
    *,
    communes: Annotated[int, option("opt-communes")],
    seed: Annotated[int, option("opt-seed")] = 1,
    actions: Annotated[int, option("opt-actions-mean")] = 131,
    common: OUTPUT = Output(),
) -> None:
    """Make a ledger of simulated communes."""
    from ..simulate import Progress, Simulation, record  # noqa: PLC0415 most commands need none

    simulation = Simulation(communes=communes, seed=seed, actions=actions)
    done = Progress()
    with (
        Ledger.create(file) as ledger,
        Bar(console=show.err, transient=True, disable=not show.err.is_terminal) as bar,
    ):
        task = bar.add_task(say("simulating"), total=communes)
        for done in record(ledger, simulation):
            bar.update(task, completed=done.communes)
    if common.json:
        print_json({"file": file, "communes": done.communes, "actions": done.actions,
                    "entries": done.entries, "seed": seed})  # fmt: skip
    else:
        show.line(
            say("simulated", path=file, communes=done.communes, actions=done.actions,
                entries=done.entries)
        )  # fmt: skip
