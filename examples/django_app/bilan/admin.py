"""The entries in the admin: to be read, never changed."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bilan_ledger.formats import shapes

from .ledger import the_ledger
from .models import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """A page of entries, the latest first."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds an entry here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes an entry."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes an entry."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """List the entries of the ledger."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        ledger = the_ledger()
        pages = Paginator(ledger.entries()[::-1], 50)
        page = pages.get_page(request.GET.get("p"))
        rows = [
            (entry, shapes.entry_json(entry)["event"], ledger.text(entry.recorded_by))
            for entry in page
        ]
        context = {**self.admin_site.each_context(request), "title": "Écritures", "rows": rows,
                   "page": page}  # fmt: skip
        return render(request, "bilan/entries.html", context)
