"""Maintenance plans: the list, one plan with its ledger, making, changing and pausing it."""

from __future__ import annotations

from datetime import UTC, date
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Conflict, Invalid, NotFound
from webapp.queries import maintenance as listed
from webapp.queries import maintenance_choices as choices
from webapp.queries import maintenance_plan as plans
from webapp.queries.maintenance import STATES, Filters
from webapp.queries.maintenance_plan import PlanDetail, SlotRow
from webapp.queries.maintenance_timing import FLOATING, firm_days, schedule_of, zone_of
from webapp.services import maintenance
from webapp.services.maintenance_bulk import ACTIONS
from webapp.services.maintenance_entries import PlanEntry, fill
from webapp.views import current, entered, forms, maintenance_form, saving
from webapp.views.access import needs
from webapp.views.maintenance_form import Sent, Values

blueprint = Blueprint("maintenance", __name__, url_prefix="/maintenance")


@blueprint.get("")
@needs("maintenance.view")
def index() -> str:
    """Every plan with its next due date; searched and filtered."""
    actor = current.actor()
    filters = Filters(
        search=request.args.get("q", "").strip(),
        state=request.args.get("state", ""),
        technician_id=forms.whole(request.args.get("technician")),
        device_type_id=forms.whole(request.args.get("type")),
    )
    with reading() as session:
        found = listed.page(session, filters=filters, after=entered.cursor(), now=clock.now())
        offered = choices.of(session)
        rules = choices.rules(session)
        attention = listed.needs_attention(session)
    kept: dict[str, Any] = {"q": filters.search or None, "state": filters.state or None, "technician": filters.technician_id,
            "type": filters.device_type_id}  # fmt: skip
    return render_template(
        "maintenance/index.html",
        page=found,
        filters=filters,
        states=tuple(STATES.items()),
        choices=offered,
        rules=rules,
        attention=attention,
        narrowed=any(kept.values()),
        onward=url_for(".index", **kept, after=found.next) if found.next else None,
        actions=tuple(ACTIONS.items()),
        may_create=actor.may("maintenance.create"),
        may_edit=actor.may("maintenance.edit"),
    )


@blueprint.get("/new")
@needs("maintenance.create")
def new() -> Response:
    """The form of a new plan, for the unit named in the address."""
    return form(maintenance_form.empty() | {"target": request.args.get("unit_id", "")})


@blueprint.post("/new")
@needs("maintenance.create")
def create() -> Response:
    """Make the plan, or show the form again with a sentence beside each field that is wrong."""
    unit_id = forms.whole(request.form.get("target"))
    sent = read(unit_id)
    if request.form.get("do") == "show" or sent.entry is None:
        return form(sent.values, sent.problems, dates=dates_of(sent.entry, unit_id=unit_id))
    entry = sent.entry

    def make(session: Session) -> str:
        actor = current.actor()
        plan = maintenance.create(session, actor=actor, now=clock.now(), unit_id=unit_id or 0, entry=entry)
        return url_for(".show", number=plan.id)

    return saving.made(
        make,
        done="The plan is made. Its orders are created by themselves.",
        refused=lambda problems: form(sent.values, renamed(problems)),
    )


@blueprint.post("/dates")
@needs("maintenance.create", "maintenance.edit")
def dates() -> str:
    """The next twelve dates of what is being typed, as a part of the form's page."""
    unit_id = forms.whole(request.form.get("target"))
    sent = read(unit_id)
    return render_template(
        "maintenance/dates.html",
        dates=dates_of(sent.entry, unit_id=unit_id),
        zone=zone(unit_id),
        words=words_of(sent.entry, unit_id),
        why=" ".join(sent.problems.values()),
    )


@blueprint.get("/<int:number>")
@needs("maintenance.view")
def show(number: int) -> str:
    """One plan with its ledger; `?day=` asks what became of a day."""
    typed, answer = request.args.get("day", ""), ""
    with reading() as session:
        found = existing(session, number)
        try:
            answer = plans.why(session, plan_id=number, day=date.fromisoformat(typed)) if typed else ""
        except ValueError:
            answer = "Enter a date such as 2026-03-03."
    actor = current.actor()
    return render_template(
        "maintenance/show.html",
        plan=found,
        words=maintenance_form.WORDS,
        day=typed,
        answer=answer,
        may_edit=actor.may("maintenance.edit"),
        may_run=actor.may("maintenance.run"),
    )


@blueprint.get("/<int:number>/edit")
@needs("maintenance.edit")
def edit(number: int) -> Response:
    """The form with what is stored."""
    with reading() as session:
        found = existing(session, number)
    return form(values_of(found), plan=found, version=found.plan.row_version)


@blueprint.post("/<int:number>/edit")
@needs("maintenance.edit")
def save(number: int) -> Response:
    """Change the plan; when slots move they are shown first, and the same form sent again changes it."""
    with reading() as session:
        found = existing(session, number)
    version, unit_id = entered.row_version(), found.row.unit_id
    sent = read(unit_id)
    if request.form.get("do") == "show" or sent.entry is None:
        ahead = dates_of(sent.entry, unit_id=unit_id)
        return form(sent.values, sent.problems, plan=found, version=version, dates=ahead)
    entry = sent.entry
    after = dates_of(entry, unit_id=unit_id)
    moves = differing(found.coming, after)
    if moves and request.form.get("seen") != seen(moves) and version == found.plan.row_version:
        return form(sent.values, plan=found, version=version, dates=after, moves=moves)

    def change(session: Session) -> None:
        actor = current.actor()
        maintenance.save(session, actor=actor, now=clock.now(), plan_id=number, row_version=version, entry=entry)

    def stale(conflict: Conflict) -> Response | None:
        with reading() as session:
            now = existing(session, number)
        said = saving.Stale(conflict.sentence, now.plan.updated_at, differences(now, sent.values))
        if not said.differences:
            return None
        return form(sent.values, plan=now, version=now.plan.row_version, stale=said)

    return saving.saved(
        change,
        onward=url_for(".show", number=number),
        done="The plan is saved.",
        refused=lambda problems: form(sent.values, renamed(problems), plan=found, version=version),
        stale=stale,
    )


@blueprint.post("/<int:number>/activity")
@needs("maintenance.edit")
def set_active(number: int) -> Response:
    """Pause the plan or let it go on."""
    forms.only("active")
    active = request.form.get("active") == "1"
    with unit_of_work() as session:
        maintenance.set_active(session, actor=current.actor(), plan_id=number, active=active, now=clock.now())
    flash("The plan goes on." if active else "The plan is paused: it makes no orders until you resume it.", "done")
    return redirect(url_for(".show", number=number), code=303)


@blueprint.post("/<int:number>/slots/<int:slot_id>")
@needs("maintenance.run")
def make_up(number: int, slot_id: int) -> Response:
    """Make the order of a slot that got none, or leave it out for good."""
    forms.only("do")
    actor, now = current.actor(), clock.now()
    try:
        with unit_of_work() as session:
            if request.form.get("do") == "leave":
                maintenance.leave_out(session, actor=actor, now=now, plan_id=number, slot_id=slot_id)
                said = "The visit is left out."
            else:
                maintenance.retry(session, actor=actor, now=now, plan_id=number, slot_id=slot_id)
                said = "The work order is made."
        flash(said, "done")
    except Invalid as refused:
        flash(f"There is no work order yet. {refused.sentence}", "problem")
    return redirect(url_for(".show", number=number), code=303)


def existing(session: Session, number: int) -> PlanDetail:
    """The plan; raises NotFound."""
    found = plans.detail(session, plan_id=number, now=clock.now())
    if found is None:
        raise NotFound("There is no such maintenance plan.")
    return found


def zone(unit_id: int | None) -> str:
    """The zone of a unit, or the firm's."""
    with reading() as session:
        return zone_of(session, unit_id=unit_id)


def read(unit_id: int | None) -> Sent:
    """The form as typed, its times on the clocks of the unit."""
    return maintenance_form.sent(zone(unit_id))


def drafted(entry: PlanEntry, zone_name: str) -> SimpleNamespace:
    """The entry as a row would hold it, to be looked at and never stored."""
    row = SimpleNamespace()
    fill(row, entry, zone=zone_name)  # type: ignore[arg-type]  # it only takes the values
    return row


def dates_of(entry: PlanEntry | None, *, unit_id: int | None) -> tuple[SlotRow, ...]:
    """The next twelve slots of what was typed."""
    if entry is None:
        return ()
    with reading() as session:
        firm, zone_name = firm_days(session), zone_of(session, unit_id=unit_id)
    row = drafted(entry, zone_name)
    schedule = schedule_of(row, zone=zone_name, firm=firm)
    first = next(schedule.onward(clock.now()), None)
    if entry.anchor == FLOATING or first is None:
        first = next(schedule.onward(), None)
    return () if first is None else plans.ahead_of(schedule, first.slot, floating=entry.anchor == FLOATING)


def words_of(entry: PlanEntry | None, unit_id: int | None) -> str:
    """The rule in plain words."""
    if entry is None:
        return ""
    return entry.rule.anchored(entry.first_due_at.date()).words if entry.anchor != FLOATING else entry.rule.words


def differing(
    before: tuple[SlotRow, ...], after: tuple[SlotRow, ...]
) -> tuple[tuple[SlotRow | None, SlotRow | None], ...]:
    """Slots side by side, when any of them moves; nothing when all stay."""
    now = clock.now()
    old, new = [one for one in before if one.slot > now], [one for one in after if one.slot > now]
    length = max(len(old), len(new))
    old_row = [*old, *[None] * (length - len(old))]
    new_row = [*new, *[None] * (length - len(new))]
    pairs = tuple(zip(old_row, new_row, strict=True))
    same = all(
        one is None or other is None or (one.slot, one.due_at) == (other.slot, other.due_at) for one, other in pairs
    )
    return () if same else pairs


def seen(moves: tuple[tuple[SlotRow | None, SlotRow | None], ...]) -> str:
    """What the person has seen of the moves: the dates themselves, so that others are shown anew."""
    return ",".join(f"{new.slot.astimezone(UTC):%Y%m%d%H%M}" for _, new in moves if new is not None)


def values_of(found: PlanDetail) -> Values:
    """The form's values of what is stored."""
    quantities = [(item_id, quantity) for item_id, _, quantity in found.items]
    return maintenance_form.stored(found.plan, zone=found.row.zone, quantities=quantities) | {
        "target": str(found.row.unit_id)
    }


LABELS = {"name": "Name", "every": "Repeat every", "unit": "Period", "first_due_at": "First visit", "season_begins": "Season from",
          "season_ends": "Season until", "shift": "On days off", "excluded": "Left out", "policy": "While one is open",
          "lead_days": "Days before", "duration_minutes": "Duration", "request": "To be done"}  # fmt: skip


def differences(found: PlanDetail, typed: Values) -> tuple[saving.Difference, ...]:
    """The fields in which what is stored and what was typed differ."""
    stored = values_of(found)
    return tuple(
        saving.Difference(label, str(stored.get(name, "")), str(typed.get(name, "")))
        for name, label in LABELS.items()
        if str(stored.get(name, "")).split() != str(typed.get(name, "")).split()
    )


def renamed(problems: dict[str, str] | object) -> dict[str, str]:
    """The service's problems under the form's names."""
    names = {"unit_id": "target", "device_type_id": "target", "season": "season_begins"}
    assert isinstance(problems, dict)
    return {names.get(name, name): sentence for name, sentence in problems.items()}


def form(
    values: Values,
    problems: dict[str, str] | None = None,
    *,
    plan: PlanDetail | None = None,
    version: int | None = None,
    dates: tuple[SlotRow, ...] = (),
    moves: tuple[tuple[SlotRow | None, SlotRow | None], ...] = (),
    stale: saving.Stale | None = None,
) -> Response:
    """The form; with problems it is the answer to a refused one (422), `stale` to one that came too late (409)."""
    unit_id = forms.whole(str(values.get("target", "")))
    with reading() as session:
        offered = choices.of(session, unit_id=unit_id)
        zone_name = zone_of(session, unit_id=unit_id)
    text = render_template(
        "maintenance/form.html",
        values=values,
        problems=problems or {},
        plan=plan,
        version=version,
        choices=offered,
        words=maintenance_form.WORDS,
        dates=dates,
        zone=zone_name,
        moves=moves,
        seen=seen(moves),
        stale=stale,
        heading="Change maintenance plan" if plan else "New maintenance plan",
        action=url_for(".save", number=plan.row.id) if plan else url_for(".create"),
        back=url_for(".show", number=plan.row.id) if plan else url_for(".index"),
        target=("target", "Unit", offered.units),
        live=url_for(".dates"),
    )
    asked = problems and request.form.get("do") != "show"
    return make_response(text, 422 if asked else 409 if stale else 200)
