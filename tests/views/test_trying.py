"""Trying a workflow: real people act on a real or made-up order, nothing is written, and what was tried becomes a scenario."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.views.forms import fill, text_of
from tests.views.order_world import (
    OFFICE,
    SUPERVISOR,
    TECHNICIAN,
    found_firm,
    make_order,
    press,
    save_order,
)
from tests.views.people import add_person, sign_in
from webapp.db import reading, unit_of_work
from webapp.models import Delivery, Draft, OrderChange, StatusHistory, User, WorkOrder
from webapp.queries.lifecycles import vocabulary
from workflow.reading import check

PLACE = "/workflows/work_order"
TRY = f"{PLACE}/try"


@pytest.fixture
def editor(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which a supervisor who drafts workflows is signed in, in a firm with people."""
    found_firm()
    add_person("editor@firm.test", "Ed Editor", "workflows.view", "workflows.edit", "work_orders.view")
    sign_in(client, "editor@firm.test")
    return client


def person(email: str) -> str:
    with reading() as session:
        return str(session.scalars(select(User.id).where(User.email == email)).one())


def draft_text() -> str:
    with reading() as session:
        return session.scalars(select(Draft.text)).one()


def made_up(editor: FlaskClient, **more: object) -> TestResponse:
    """An order with too much cable, made by the supervisor."""
    typed: dict[str, object] = {
        "type": "repair",
        "by": person(SUPERVISOR),
        "item.0.name": "Cable",
        "item.0.quantity": "9",
        "item.0.limit": "5",
        **more,
    }
    return fill(editor, TRY, f"{TRY}/made-up", **typed)


def step(editor: FlaskClient, what: str, acting: str, **typed: object) -> TestResponse:
    """One step of the trial, and the page after it."""
    return fill(editor, f"{TRY}?as={acting}", f"{TRY}/{what}", **{"as": acting, **typed})


def shown(editor: FlaskClient, acting: str = "") -> str:
    return text_of(editor.get(f"{TRY}?as={acting}"))


def test_a_made_up_order_is_lived_through_and_kept_as_an_example(editor: FlaskClient) -> None:
    sam, tom = person(SUPERVISOR), person(TECHNICIAN)
    assert made_up(editor).status_code == 303
    assert step(editor, "save", sam, **{"fact.order.technician": tom}).status_code == 303
    page = shown(editor, sam)
    assert "By itself it becomes Waiting for approval: A quantity is over its limit and not approved." in page
    assert "Quantities need the customer's approval → the customer" in page
    assert "A work order was assigned → Tom Technician" in page
    refused = step(editor, "press/approve_for_customer", sam)
    assert refused.status_code == 303
    assert "Answer “Reason” first." in shown(editor, sam)
    assert step(editor, "press/approve", "customer").status_code == 303
    assert "just changed" in shown(editor, tom)
    assert step(editor, "press/start", tom).status_code == 303
    assert step(editor, "press/pause", tom, **{"answer.reason": "parts"}).status_code == 303
    assert step(editor, "wait", tom, amount="3", unit="days").status_code == 303
    assert "3 days go by." in shown(editor, tom)
    kept = step(editor, "keep", tom, says="Too much cable is asked about, and work pauses for parts.")
    assert kept.status_code == 303, text_of(kept)
    report = check(draft_text(), vocabulary())
    assert report.ok, report.problems
    assert report.scenarios[-1].says == "Too much cable is asked about, and work pauses for parts."
    assert report.scenarios[-1].ok


def test_a_real_order_is_tried_and_nothing_of_it_is_written(app: Flask, editor: FlaskClient) -> None:
    number = an_order(app)
    before = everything()
    sam, tom = person(SUPERVISOR), person(TECHNICIAN)
    assert f"Try with {number}" in shown(editor)
    assert fill(editor, TRY, f"{TRY}/order", number=str(number)).status_code == 303
    assert step(editor, "save", sam, **{"fact.order.technician": tom}).status_code == 303
    assert step(editor, "press/start", tom).status_code == 303
    page = shown(editor, tom)
    assert "Tom Technician presses “Start”." in page
    assert "Work order " + str(number) + ", tried" in page
    assert everything() == before
    kept = step(editor, "keep", tom, says="A real order is started.")
    assert kept.status_code == 303, text_of(kept)
    assert check(draft_text(), vocabulary()).scenarios[-1].ok
    assert everything() == before


def test_an_order_that_had_gone_some_way_cannot_be_kept_as_an_example_and_says_why(
    app: Flask, editor: FlaskClient
) -> None:
    tom = person(TECHNICIAN)
    supervisor = app.test_client()
    sign_in(supervisor, SUPERVISOR)
    number = make_order(supervisor)
    save_order(supervisor, number, technician_id=tom)
    assert press(supervisor, number, "start").status_code == 303
    fill(editor, TRY, f"{TRY}/order", number=str(number))
    assert step(editor, "press/pause", tom, **{"answer.reason": "parts"}).status_code == 303
    kept = step(editor, "keep", tom, says="Work pauses.")
    assert kept.status_code == 422
    assert "A scenario begins with a new order" in text_of(kept)


def test_a_step_is_taken_back_and_a_trial_begun_anew(editor: FlaskClient) -> None:
    sam, tom = person(SUPERVISOR), person(TECHNICIAN)
    made_up(editor, technician=tom, **{"item.0.quantity": "1"})
    assert step(editor, "press/start", tom).status_code == 303
    assert "presses “Start”" in shown(editor, tom)
    assert step(editor, "undo", tom).status_code == 303
    assert "presses “Start”" not in shown(editor, tom)
    assert step(editor, "anew", sam).status_code == 303
    assert "A made-up order" in shown(editor, sam)
    assert "Steps so far" not in shown(editor, sam)


def test_a_press_nobody_may_make_is_refused_with_its_reasons_and_kept_as_refused(editor: FlaskClient) -> None:
    tom = person(TECHNICIAN)
    made_up(editor, technician=tom, **{"item.0.quantity": "2"})
    step(editor, "press/start", tom)
    assert step(editor, "press/submit", tom).status_code == 303
    page = shown(editor, tom)
    assert "Refused" in page
    assert step(editor, "keep", tom, says="What was used is filled in first.").status_code == 303
    assert "refused: used_filled_in" in draft_text()


def test_a_field_somebody_may_not_change_is_not_offered(editor: FlaskClient) -> None:
    tom = person(TECHNICIAN)
    made_up(editor, technician=tom, **{"item.0.quantity": "2"})
    assert 'name="fact.order.technician"' in shown(editor, person(SUPERVISOR))
    assert 'name="fact.order.technician"' not in shown(editor, tom)


def test_a_changed_text_is_played_again_and_what_differs_is_told(editor: FlaskClient) -> None:
    tom = person(TECHNICIAN)
    made_up(editor, technician=tom, **{"item.0.quantity": "1"})
    step(editor, "press/start", tom)
    fill(editor, PLACE, f"{PLACE}/draft")
    text = draft_text()
    retype(
        text.replace(
            "    needs: technician_assigned\n    ask:\n      position",
            "    needs: used_filled_in\n    ask:\n      position",
        )
    )
    page = shown(editor, tom)
    assert "one step leads elsewhere now" in page
    assert "When you tried it, the order is Ongoing after it. Now it is refused (used_filled_in)." in page
    assert step(editor, "accept", tom).status_code == 303
    assert "leads elsewhere now" not in shown(editor, tom)
    retype("this is no workflow")
    assert "This text cannot be tried yet" in shown(editor, tom)


def test_a_trial_that_went_on_in_another_window_is_told_so(editor: FlaskClient) -> None:
    tom = person(TECHNICIAN)
    made_up(editor, technician=tom, **{"item.0.quantity": "1"})
    step(editor, "press/start", tom)
    assert step(editor, "press/pause", tom, row_version="1", **{"answer.reason": "parts"}).status_code == 303
    page = shown(editor, tom)
    assert "went on in another window" in page
    assert "presses “Pause”" not in page


def test_what_cannot_be_read_is_said_beside_its_field(editor: FlaskClient) -> None:
    sam = person(SUPERVISOR)
    wrong = made_up(editor, due="yesterday", **{"item.0.quantity": "lots"})
    assert wrong.status_code == 422
    assert "must be a number" in text_of(wrong)
    made_up(editor)
    answer = step(editor, "save", sam, **{"row.0.items.quantity": "-1"})
    assert answer.status_code == 422
    assert "not negative" in text_of(answer)
    assert step(editor, "wait", sam, amount="", unit="days").status_code == 422
    assert step(editor, "keep", sam, says=" ").status_code == 422
    assert fill(editor, TRY, f"{TRY}/order", number="99999999").status_code == 404


def test_who_may_only_view_cannot_try(app: Flask, editor: FlaskClient) -> None:
    viewer = app.test_client()
    add_person("sees@firm.test", "Vi Viewer", "workflows.view")
    sign_in(viewer, "sees@firm.test")
    assert viewer.get(TRY).status_code == 403


def retype(text: str) -> None:
    with unit_of_work() as session:
        draft = session.scalars(select(Draft)).one()
        draft.text = text
        draft.row_version += 1


def an_order(app: Flask) -> int:
    """A real order without a technician; its number."""
    office = app.test_client()
    sign_in(office, OFFICE)
    return make_order(office)


def everything() -> tuple[object, ...]:
    with reading() as session:
        order = session.execute(select(WorkOrder.status, WorkOrder.row_version, WorkOrder.technician_id)).all()
        counts = [
            session.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (StatusHistory, OrderChange, Delivery, WorkOrder)
        ]
        return (order, *counts)
