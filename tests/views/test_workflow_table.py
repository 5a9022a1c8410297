"""The table view: a supervisor changes every part of a workflow by form, and the rest of the text stays byte for byte."""

from __future__ import annotations

import re
from difflib import unified_diff
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.views.people import add_person, sign_in, token_of
from webapp import clock
from webapp.db import unit_of_work
from webapp.models import Draft
from webapp.services import definitions
from workflow.editing import mentions, model_of

PLACE = "/workflows/work_order"
EDIT = f"{PLACE}/edit?view=table"


@pytest.fixture
def editor(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which somebody who may draft is signed in and has begun a draft."""
    with unit_of_work() as session:
        definitions.ensure_stock(session, now=clock.now())
    add_person("editor@firm.test", "Ed Editor", "workflows.view", "workflows.edit")
    sign_in(client, "editor@firm.test")
    page = client.get(PLACE)
    assert client.post(f"{PLACE}/draft", data={"csrf_token": token_of(page)}).status_code == 303
    return client


def draft() -> str:
    with unit_of_work() as session:
        return session.scalars(select(Draft.text)).one()


def write(old: str, new: str) -> None:
    """Somebody changes the text otherwise, as from another window."""
    with unit_of_work() as session:
        found = session.scalars(select(Draft)).one()
        assert old in found.text
        found.text = found.text.replace(old, new, 1)
        found.row_version += 1


def form(page: TestResponse, label: str = "") -> dict[str, list[str]]:
    """The fields of the open form as a browser would send them, untouched."""
    text = page.text.split('class="wt-form"', 1)[1].split("</form>", 1)[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", text):
        given = {key: unescape(value) for key, value in re.findall(r'([a-z_-]+)="([^"]*)"', tag)}
        if given.get("type") == "checkbox" and " checked" not in tag:
            continue
        found.setdefault(given["name"], []).append(given.get("value", ""))
    for name, inner in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        picked = re.search(r'value="([^"]*)"[^>]* selected', inner)
        found.setdefault(name, []).append(unescape(picked.group(1)) if picked else _first(inner))
    for name, inner in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', text, re.S):
        found.setdefault(name, []).append(unescape(inner))
    return found


def _first(options: str) -> str:
    found = re.search(r'value="([^"]*)"', options)
    return unescape(found.group(1)) if found else ""


def send(client: FlaskClient, gesture: str, opened: str = "", **typed: Any) -> TestResponse:
    """Open a form of the table, type into it and press its button. In names, `__` stands for a dot."""
    page = client.get(f"{EDIT}&{opened}")
    assert page.status_code == 200
    data: dict[str, Any] = form(page) if 'class="wt-form"' in page.text else {}
    data |= {"csrf_token": token_of(page), "gesture": gesture}
    data.setdefault("row_version", re.findall(r'name="row_version" value="(\d+)"', page.text)[0])
    data |= {key.replace("__", "."): value for key, value in typed.items()}
    return client.post(f"{PLACE}/draft/gesture", data=data)


def changed(before: str, after: str) -> list[str]:
    """The lines that went and came."""
    lines = unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0)
    return [line for line in lines if line[:3] not in ("---", "+++") and line[:2] != "@@"]


def test_the_table_shows_every_part_in_words(editor: FlaskClient) -> None:
    page = unescape(editor.get(EDIT).text)
    assert 'data-status="waiting_approval">Waiting for approval<' in page
    for words in (
        "the assigned technician or a supervisor",
        "fill in how much was used",
        "Used by",
        "Nobody works with, and nobody pays for, a quantity over its limit that was not approved.",
        "An order is never in Waiting for approval while Quantities allowed is fulfilled.",
        "Work was paused → All supervisors",
        "Sam presses “Approve for the customer”",
        "came true",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    "element",
    [
        "statuses.ongoing", "transitions.pause", "transitions.start", "transitions.complete", "guards.used_filled_in",
        "automatic.hold", "roles.office", "roles.customer", "timers.overdue", "when_changed.technician",
        "promises.covered", "promises.approval_cannot_be_skipped", "promises.review_cannot_be_skipped",
        "promises.no_dead_ends", "people.sam", "scenarios.3", ".",
    ],
)  # fmt: skip
def test_a_form_saved_as_it_stands_changes_not_a_byte(editor: FlaskClient, element: str) -> None:
    before = draft()
    answer = send(editor, "save", f"open={element}")
    assert answer.status_code == 303, unescape(answer.text)
    assert draft() == before
    assert "Nothing was changed." in editor.get(EDIT).text


def test_a_status_with_two_buttons_is_added_and_nothing_else_is_touched(editor: FlaskClient) -> None:
    before = draft()
    added = send(
        editor, "add", "add=statuses", f__label="Waiting for parts", f__help="A part is on its way.",
        **{"f.may_edit.supervisor": ["due_date", "quantities"]}, before="waiting_review",
    )  # fmt: skip
    assert added.headers["Location"].endswith("#statuses-waiting_for_parts")
    send(editor, "add", "add=transitions&from=ongoing", f__label="Wait for parts", f__to="waiting_for_parts",
         f__by=["technician", "supervisor"])  # fmt: skip
    send(editor, "add", "add=transitions&from=waiting_for_parts", f__label="Parts are here", f__to="ongoing",
         f__by=["technician", "supervisor"], f__needs=["technician_assigned"])  # fmt: skip
    lines = changed(before, draft())
    assert not [line for line in lines if line.startswith("-")]
    assert [line[1:] for line in lines if line != "+"] == [
        "  waiting_for_parts:",
        "    label: Waiting for parts",
        "    kind: held",
        "    color: orange",
        "    help: A part is on its way.",
        "    may_edit: {supervisor: [due_date, quantities]}",
        "  wait_for_parts:",
        "    label: Wait for parts",
        "    from: ongoing",
        "    to: waiting_for_parts",
        "    by: [technician, supervisor]",
        "  parts_are_here:",
        "    label: Parts are here",
        "    from: waiting_for_parts",
        "    to: ongoing",
        "    by: [technician, supervisor]",
        "    needs: technician_assigned",
    ]
    page = editor.get(EDIT).text
    assert 'class="wt-problem' not in page
    assert page.count("No scenario") >= 3


def test_every_kind_of_change_is_one_small_edit(editor: FlaskClient) -> None:
    for opened, typed, lines in (
        ("transitions.complete", {"f__by": ["supervisor", "office"]},
         ["-    by: supervisor", "+    by: [supervisor, office]"]),
        ("transitions.cancel", {"f__confirm": ""},
         ["-    confirm: A cancelled order cannot be taken up again. Cancel it?"]),
        ("transitions.bill", {"f.ask.0.label": "Invoice number", "f.ask.0.kind": "text", "f.ask.0.required": "true"},
         ["+    ask: {invoice_number: {label: Invoice number, kind: text, required: true}}"]),
        ("transitions.pause", {"f.ask.0.choices": "Parts are missing\nNobody is there\nWeather\nSomething else"},
         ["-        choices: {parts: Parts are missing, access: No access, weather: Weather, other: Something else}",
          "+        choices: {parts: Parts are missing, access: Nobody is there, weather: Weather, other: Something else}"]),
        ("transitions.bill", {"f.notify.0.message": "WorkOrderCompleted", "f.notify.0.to": "creator"},
         ["+    notify: [{message: WorkOrderCompleted, to: [creator]}]"]),
        ("transitions.bill", {"f.set.0.fact": "order.completed_at", "f.set.0.to": "now"},
         ["+    set: {order.completed_at: now}"]),
        ("statuses.billed", {"f.may_edit.supervisor": ["notes"]}, ["+    may_edit: {supervisor: [notes]}"]),
        ("automatic.release", {"f__when": ["quantities_allowed"]},
         ["-    when: [technician_assigned, quantities_allowed]", "+    when: [quantities_allowed]"]),
        ("timers.overdue", {"f__plus": "2 hours"}, ["-    plus: 1 hour", "+    plus: 2 hours"]),
        (".", {"f__first_status": "pending"}, ["-first_status: unassigned", "+first_status: pending"]),
    ):  # fmt: skip
        before = draft()
        section, _, name = opened.partition(".")
        assert send(editor, "save", f"open={section}.{name}", **typed).status_code == 303, opened
        assert changed(before, draft()) == lines, opened


def test_a_rename_is_followed_and_can_be_undone_and_done_again(editor: FlaskClient) -> None:
    before = draft()
    send(editor, "save", "open=statuses.paused", renamed="Halted work", f__label="Halted")
    after = draft()
    assert "halted_work" in after
    assert mentions(model_of(after), "status", "paused") == ()
    undone = send(editor, "undo")
    assert undone.status_code == 303
    assert draft() == before
    send(editor, "redo")
    assert draft() == after


def test_elements_move_and_are_duplicated(editor: FlaskClient) -> None:
    def order(section: str) -> list[str]:
        return re.findall(rf'<article class="wt-row[^"]*" id="{section}-([a-z_0-9]+)"', editor.get(EDIT).text)

    before = draft()
    moved = send(editor, "down", section="automatic", name="hold")
    assert order("automatic")[:3] == ["unassign", "hold_work", "hold"]
    assert "autofocus" in editor.get(moved.headers["Location"]).text
    send(editor, "up", section="automatic", name="hold")
    assert draft() == before
    assert send(editor, "up", section="automatic", name="unassign").status_code == 303
    assert draft() == before
    send(editor, "duplicate", section="transitions", name="pause")
    assert "pause_copy" in order("transitions")
    assert "label: Pause (copy)" in draft()
    send(editor, "down", section="scenarios", name="0")
    assert draft().index("From assigned to billed") < draft().index("An order without a technician stays")


def test_deleting_says_what_mentions_it_and_takes_along_what_is_ticked(editor: FlaskClient) -> None:
    page = unescape(editor.get(f"{EDIT}&delete=statuses.paused").text)
    assert "Button “Cancel” is shown in it." in page
    assert "Button “Pause” leads to it." in page
    assert 'name="along" value="transitions.pause"' in page
    send(editor, "delete", section="statuses", name="paused",
         along=["transitions.pause", "transitions.resume", "automatic.carry_on", "timers.not_resumed"])  # fmt: skip
    text = draft()
    assert "from: [unassigned, waiting_approval, pending, ongoing, waiting_review]" in text
    assert "  pause:" not in text
    assert "  resume:" not in text
    assert "There is no scenario" not in text
    send(editor, "undo")
    assert "  paused:" in draft()


def test_a_ready_test_is_added_with_what_was_asked(editor: FlaskClient) -> None:
    assert "There are at least so many photos" in editor.get(f"{EDIT}&ready=guards").text
    answer = send(editor, "ready", section="guards", ready="enough_photos", p__number="3")
    assert "enough_photos_3" in answer.headers["Location"]
    assert "    check: order.photos >= 3\n" in draft()
    refused = send(editor, "ready", section="guards", ready="enough_photos", p__number="many")
    assert refused.status_code == 422
    assert "must be a whole number" in unescape(refused.text)


def test_a_form_that_cannot_be_right_comes_back_with_what_was_typed(editor: FlaskClient) -> None:
    before = draft()
    refused = send(editor, "add", "add=transitions", f__label="Hold on", f__help="Typed here", f__to="")
    assert refused.status_code == 422
    assert "Choose: leads to." in refused.text
    assert "Choose at least one: shown in." in refused.text
    assert 'value="Typed here"' in refused.text
    assert 'value="Hold on"' in refused.text
    assert draft() == before
    taken = send(editor, "save", "open=statuses.paused", renamed="pending", f__label="Mine")
    assert taken.status_code == 422
    assert "There is a status “pending” already." in unescape(taken.text)
    assert 'value="Mine"' in taken.text


def test_a_draft_changed_in_another_window_is_not_overwritten_and_what_was_typed_stays(editor: FlaskClient) -> None:
    stale = editor.get(f"{EDIT}&open=statuses.paused")
    write("label: Pending", "label: Waiting")
    data = form(stale) | {"csrf_token": [token_of(stale)], "gesture": ["save"], "f.label": ["Mine"]}
    refused = editor.post(f"{PLACE}/draft/gesture", data=data)
    assert refused.status_code == 409
    assert "changed in another window" in refused.text
    assert 'value="Mine"' in refused.text
    assert "label: Paused" in draft()
    again = editor.post(
        f"{PLACE}/draft/gesture", data=form(refused) | data | {"row_version": form(refused)["row_version"]}
    )
    assert again.status_code == 303
    assert "label: Mine" in draft()
    assert "label: Waiting\n" in draft()


def test_an_unreadable_text_shows_why_and_leads_to_the_text(editor: FlaskClient) -> None:
    write("statuses:\n", "statuses: [\n")
    page = editor.get(EDIT)
    assert page.status_code == 200
    assert "Mend the text first. Line" in page.text
    assert "view=text" in page.text
    data = {"csrf_token": token_of(page), "row_version": "2", "gesture": "up", "section": "statuses", "name": "paused"}
    assert editor.post(f"{PLACE}/draft/gesture", data=data).status_code == 422


def test_a_problem_stands_beside_its_element_which_can_be_mended_in_the_table(editor: FlaskClient) -> None:
    write("    to: paused\n    by: [technician, supervisor]", "    to: nowhere\n    by: [technician, supervisor]")
    page = editor.get(EDIT).text
    row = page.split('id="transitions-pause"', 1)[1].split("</article>", 1)[0]
    assert "wt-problem-error" in row
    assert "nowhere" in row
    opened = editor.get(f"{EDIT}&open=transitions.pause").text
    assert "There is no such thing." in opened or "“nowhere”" in opened
    send(editor, "save", "open=transitions.pause", f__to="paused")
    assert "wt-problem-error" not in editor.get(EDIT).text


@pytest.mark.parametrize(
    "text",
    ["statuses: 3\ntransitions: [a]\n", "format: fieldwright/1\nroles: {a: {label: [x]}}\nscenarios: {a: b}\n",
     "statuses: {a: , b: [1], c: {label: {x: z}, may_edit: [a], final: maybe}}\ntransitions: {x: {from: {a: b}, ask: [1], set: x, notify: 3}}\n"],
)  # fmt: skip
def test_a_text_of_any_shape_is_shown_without_a_fault(editor: FlaskClient, text: str) -> None:
    with unit_of_work() as session:
        session.scalars(select(Draft)).one().text = text
    assert editor.get(EDIT).status_code == 200
    for section in ("statuses", "transitions", "roles", "guards", "promises"):
        assert editor.get(f"{EDIT}&add={section}").status_code == 200
    for element in ("statuses.c", "transitions.x", "roles.a", "scenarios.a"):
        assert editor.get(f"{EDIT}&open={element}").status_code == 200
        assert send(editor, "save", f"open={element}").status_code in (303, 422)


def test_strange_gestures_are_refused_in_a_sentence(editor: FlaskClient) -> None:
    before = draft()
    for gesture, more in (
        ("burn", {"section": "statuses", "name": "paused"}),
        ("save", {"section": "nothing", "name": "paused"}),
        ("save", {"section": "statuses", "name": "gone"}),
        ("up", {"section": "scenarios", "name": "99"}),
        ("delete", {"section": "statuses", "name": "gone"}),
        ("ready", {"section": "guards", "ready": "none"}),
        ("add", {"section": "scenarios"}),
        ("undo", {}),
    ):
        answer = send(editor, gesture, **more)
        assert answer.status_code in (409, 422), (gesture, more)
        assert "This was not done" in answer.text, (gesture, more)
    assert draft() == before


def test_who_may_not_draft_makes_no_gesture(app: Flask, editor: FlaskClient) -> None:
    viewer = app.test_client()
    add_person("viewer@firm.test", "Vi Viewer", "workflows.view")
    sign_in(viewer, "viewer@firm.test")
    token = token_of(viewer.get("/workflows"))
    assert viewer.post(f"{PLACE}/draft/gesture", data={"csrf_token": token, "gesture": "undo"}).status_code == 403


def test_a_discarded_draft_says_so(editor: FlaskClient) -> None:
    page = editor.get(f"{EDIT}&open=statuses.paused")
    data = form(page) | {"csrf_token": [token_of(page)], "gesture": ["save"]}
    with unit_of_work() as session:
        session.delete(session.scalars(select(Draft)).one())
    assert editor.post(f"{PLACE}/draft/gesture", data=data).status_code == 404
