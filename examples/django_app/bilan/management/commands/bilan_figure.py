"""`manage.py bilan_figure PLAN --on 2024-03-31`: the figure on the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bilan.ledger import the_ledger
from bilan_ledger import BilanError


class Command(BaseCommand):
    """Print the figure of a plan on a day."""

    help = "Le chiffre d'un programme à une date."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the plan, and perhaps a day."""
        parser.add_argument("plan")
        parser.add_argument("--on")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print low and high."""
        try:
            found = the_ledger().figure(options["plan"], on=options["on"])
        except BilanError as error:
            raise CommandError(error.text("fr")) from None
        self.stdout.write(f"{options['plan']} {found.on}: {found.bounds.low} - {found.bounds.high}")
