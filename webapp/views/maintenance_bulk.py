"""One change to many plans, a few at a time: what became of each, and how far it has come."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.errors import Invalid
from webapp.queries import technicians
from webapp.services import entries, maintenance_bulk
from webapp.services.maintenance_bulk import ACTIONS, CHUNK, Result, Wanted
from webapp.views import current, forms
from webapp.views.access import needs

blueprint = Blueprint("maintenance_bulk", __name__, url_prefix="/maintenance/many")
MOST = 2_000
FAILED, DONE = "failed", "done"


@blueprint.post("")
@needs("maintenance.edit")
def change() -> Response:
    """Change the next plans of those ticked; the page shows each result and goes on with the rest."""
    forms.only("plan", "action", "technician_id", "lead_days", "rest", FAILED, DONE)
    sent = request.form
    ticked = [number for number in map(entries.identity, sent.getlist("plan")) if number is not None]
    rest = [number for number in map(entries.identity, sent.get("rest", "").split()) if number is not None]
    plans = sorted({*ticked, *rest})[:MOST]
    wanted = Wanted(
        action=sent.get("action", ""),
        technician_id=forms.whole(sent.get("technician_id")),
        lead_days=forms.whole(sent.get("lead_days")),
    )
    problem = ""
    results: tuple[Result, ...] = ()
    if not plans:
        problem = "Tick the plans first."
    else:
        try:
            with unit_of_work() as session:
                results = maintenance_bulk.apply(
                    session, plan_ids=plans, wanted=wanted, actor=current.actor(), now=clock.now()
                )
        except Invalid as refused:
            problem = refused.sentence
    return page(plans, wanted, results, problem)


def page(plans: list[int], wanted: Wanted, results: tuple[Result, ...], problem: str) -> Response:
    """The results so far, and a button that goes on with the rest."""
    done = (forms.whole(request.form.get(DONE)) or 0) + len(results)
    failed = (forms.whole(request.form.get(FAILED)) or 0) + len([one for one in results if not one.ok])
    rest = plans[CHUNK:] if results else []
    with reading() as session:
        people = technicians.names(session)
    text = render_template(
        "maintenance/many.html",
        plans=plans,
        wanted=wanted,
        label=ACTIONS.get(wanted.action, ""),
        actions=tuple(ACTIONS.items()),
        technicians=people,
        results=results,
        problem=problem,
        done=done,
        failed=failed,
        total=done + len(rest),
        rest=rest,
    )
    return make_response(text, 422 if problem else 200)
