"""Pages: the plans, a plan with its figure at a chosen date, an action with its history."""

from typing import Any

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from bilan_ledger import Abandon, BilanError, CommandRefused, Engage, Evidence, NotFound, Realise

from .ledger import the_ledger

COMMANDS: dict[str, type[Any]] = {"engaged": Engage, "realised": Realise, "abandoned": Abandon}


def _problem(request: HttpRequest, error: BilanError) -> HttpResponse:
    """Show the one sentence of an error."""
    status = 404 if isinstance(error, NotFound) else 400
    text = error.text("fr" if get_language() == "fr" else "en")
    return render(request, "bilan/problem.html", {"text": text}, status=status)


def plans(request: HttpRequest) -> HttpResponse:
    """List the plans."""
    return render(request, "bilan/plans.html", {"plans": the_ledger().plans()})


def plan(request: HttpRequest, plan: str) -> HttpResponse:
    """Show a plan with its figure on a day, as known then."""
    ledger = the_ledger()
    on, known = request.GET.get("on") or None, request.GET.get("known") or None
    try:
        figure = ledger.figure(plan, on=on, known=known)
        context = {
            "key": plan,
            "terms": ledger.view(plan, known=known).plans[plan].terms(figure.on),
            "figure": figure,
            "parts": ledger.breakdown(plan, by="axis", on=figure.on, known=known).items(),
            "checks": ledger.reconcile(plan, known=known),
            "known": known or "",
            "actions": [name.partition("/")[2] for name in figure.high.base],
        }
    except BilanError as error:
        return _problem(request, error)
    return render(request, "bilan/plan.html", context)


class ChangeForm(forms.Form):
    """A change of status, with the document that shows it."""

    to = forms.ChoiceField(
        label="Nouveau statut",
        choices=[("engaged", "engagée"), ("realised", "réalisée"), ("abandoned", "abandonnée")],
    )
    on = forms.CharField(label="Date d'effet", max_length=100, help_text="2024-09-15 ou 2024-09")
    evidence = forms.CharField(label="Pièce justificative", max_length=500, required=False)
    note = forms.CharField(label="Note", max_length=1000, required=False)

    def command(self) -> Any:
        """Return the command that was filled in; raises `InvalidValue`."""
        said = self.cleaned_data
        shown = [Evidence(title=said["evidence"])] if said["evidence"] else []
        return COMMANDS[said["to"]](on=said["on"], evidence=shown, note=said["note"] or None)


def action(request: HttpRequest, plan: str, action: str) -> HttpResponse:
    """Show an action with its whole history, and record a change for who is logged in."""
    ledger = the_ledger()
    form = ChangeForm(request.POST or None)
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    try:
        if request.method == "POST" and form.is_valid():
            name = request.user.get_full_name() or request.user.get_username()
            ledger.record(f"{plan}/{action}", form.command(), recorded_by=name)
            return redirect(request.path)
    except (CommandRefused, ValueError) as error:
        if not isinstance(error, BilanError):
            raise
        form.add_error(None, error.text("fr" if get_language() == "fr" else "en"))
    try:
        state = ledger.action(f"{plan}/{action}")
    except BilanError as error:
        return _problem(request, error)
    entries = [entry for entry in ledger.entries(plan) if entry.action == action]
    retracted = {
        item.version: item.retracted_by
        for item in (*state.statuses, *state.scopes, *state.remarks)
        if item.retracted_by
    }
    rows = [
        (entry, type(entry.event).__name__, ledger.text(entry.recorded_by),
         retracted.get(entry.version))
        for entry in entries
    ]  # fmt: skip
    title = next(e.event.title for e in reversed(entries) if hasattr(e.event, "title"))
    context = {"plan": plan, "key": action, "title": title, "rows": rows, "form": form}
    status = 400 if form.errors else 200
    return render(request, "bilan/action.html", context, status=status)
