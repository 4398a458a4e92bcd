"""What the admin needs to list entries: a model without a table."""

from typing import ClassVar

from django.db import models


class Entry(models.Model):
    """An entry of the ledger; Django's database holds none."""

    class Meta:
        """It has no table, and nobody may add, change or delete one."""

        managed = False
        default_permissions: ClassVar[tuple[str, ...]] = ("view",)
        verbose_name = "écriture"
        verbose_name_plural = "écritures"

    def __str__(self) -> str:
        return "écriture"
