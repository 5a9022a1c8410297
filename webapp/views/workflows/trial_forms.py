"""What the forms of a trial say, as a step or an order's facts are kept."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from webapp.errors import Invalid
from webapp.queries import trial_page, trying
from webapp.queries.lifecycles import vocabulary
from webapp.services import entries
from webapp.views import forms
from workflow.vocabulary import Fact

ROWS = 4
"""So many items can be given to a made-up order at once."""
UNITS = {"hours": timedelta(hours=1), "days": timedelta(days=1), "weeks": timedelta(weeks=1)}


def made_up(zone: ZoneInfo) -> dict[str, object]:
    """The facts of the made-up order as a scenario says them; raises Invalid for what cannot be read."""
    form, problems = request.form, {}
    order: dict[str, object] = {"order.type": form.get("type", "repair"), "order.creator": form.get("by") or None}
    if form.get("technician"):
        order["order.technician"] = form["technician"]
    if form.get("due"):
        due = forms.moment(form["due"], zone.key)
        if due is None:
            problems["due"] = "The due date must be a date and a time."
        order["order.due_date"] = due
    items = []
    for number in range(ROWS):
        title = entries.line(form.get(f"item.{number}.name", ""))
        if not title:
            continue
        item: dict[str, object] = {"name": title, "quantity_set_by": form.get("by") or None}
        for column, label in (("quantity", "The quantity"), ("limit", "The limit")):
            amount, problem = entries.amount(form.get(f"item.{number}.{column}", ""), places=3, says=label)
            if problem:
                problems[f"item.{number}.{column}"] = problem
            if amount is not None:
                item["approval_quantity_limit" if column == "limit" else column] = amount
        items.append(item)
    if items:
        order["items"] = items
    if problems:
        raise Invalid(problems)
    return order


def changed(shown: trial_page.TrialPage, people: trying.Cast, zone: ZoneInfo) -> dict[str, object]:
    """What the form says otherwise than the page did, as a step keeps it; raises Invalid for what cannot be read."""
    return _Changes(shown, people, zone).read()


class _Changes:
    def __init__(self, shown: trial_page.TrialPage, people: trying.Cast, zone: ZoneInfo) -> None:
        self.shown = shown
        self.people = people
        self.zone = zone
        self.facts = vocabulary().facts
        self.problems: dict[str, str] = {}
        self.save: dict[str, Any] = {}
        self.rows: dict[str, dict[int, dict[str, object]]] = {}

    def read(self) -> dict[str, object]:
        """The save of a step: only what differs."""
        for field in (*self.shown.fields, *self.shown.world):
            typed = request.form.get(field.name, field.value)
            if typed != field.value:
                self._one(field, typed)
        for listed, rows in self.rows.items():
            key, names = next(iter(self.facts[listed].fields)), self.shown.keys[listed]
            self.save[listed] = [{key: names[number], **values} for number, values in rows.items()]
        self._added()
        technician = self.people.people.get(str(self.save.get("order.technician")))
        if technician is not None:
            self.save["order.technician.is_technician"] = technician.technician
        if self.problems:
            raise Invalid(self.problems)
        return self.save

    def _one(self, field: trial_page.FieldView, typed: str) -> None:
        family, _, rest = field.name.partition(".")
        if family == "fact":
            self.save[rest] = self._value(self.facts[rest], typed, field)
            return
        number, _, full = rest.partition(".")
        listed, _, column = full.rpartition(".")
        value = self._value(self.facts[listed].fields[column], typed, field)
        self.rows.setdefault(listed, {}).setdefault(int(number), {})[column] = value

    def _added(self) -> None:
        """A new record, where its fields were filled in."""
        new: dict[str, object] = {}
        for field in self.shown.added:
            typed = request.form.get(field.name, "").strip()
            listed, _, column = field.name.removeprefix("new.").rpartition(".")
            if typed:
                new[column] = self._value(self.facts[listed].fields[column], typed, field)
        if new and "name" not in new:
            self.problems["new.items.name"] = "Say which item it is."
        if new:
            self.save["items"] = [*self.save.get("items", []), new]

    def _value(self, fact: Fact, typed: str, field: trial_page.FieldView) -> object:
        typed = typed.strip()
        if not typed:
            if not fact.nullable:
                self.problems[field.name] = f"{field.label} cannot be empty."
            return None
        match fact.type:
            case "number":
                amount, problem = entries.amount(typed, places=3, says=field.label)
                if problem:
                    self.problems[field.name] = problem
                return None if amount is None else f"{amount:f}"
            case "time":
                moment = forms.moment(typed, self.zone.key)
                if moment is None:
                    self.problems[field.name] = f"{field.label} must be a date and a time."
                    return None
                return moment.astimezone(UTC).isoformat()
            case "boolean":
                return typed == "true"
        return entries.line(typed)
