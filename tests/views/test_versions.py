"""Versions of a workflow: read, compared in sentences and lines, downloaded byte for byte, taken in from a file."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.views.forms import fill, text_of
from tests.views.people import add_person, sign_in
from webapp import clock
from webapp.config import DEFINITIONS
from webapp.db import reading, unit_of_work
from webapp.models import DefinitionVersion, Draft
from webapp.queries.versions import line_by_line, verdict
from webapp.services import definitions

PLACE = "/workflows/work_order"
VERSIONS = f"{PLACE}/versions"
FILE = f"{VERSIONS}/file"
STOCK = (DEFINITIONS / "work_order.yaml").read_text(encoding="utf-8")
SECOND = STOCK.replace("label: Start\n", "label: Begin work\n", 1)


@pytest.fixture
def editor(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in which somebody who may draft is signed in; version 2, in which Start is called Begin work, is live."""
    with unit_of_work() as session:
        definitions.ensure_stock(session, now=clock.now())
        definitions.import_text(
            session, text=SECOND, actor=definitions.SYSTEM, now=clock.now(), note="Another word for Start."
        )
    add_person("editor@firm.test", "Ed Editor", "workflows.view", "workflows.edit", "workflows.publish")
    sign_in(client, "editor@firm.test")
    return client


def take_in(client: FlaskClient, content: bytes, **more: str) -> tuple[int, str]:
    answer = fill(client, VERSIONS, FILE, file=(io.BytesIO(content), "work_order.yaml"), **more)
    return answer.status_code, text_of(answer)


def draft() -> str:
    with reading() as session:
        return session.scalars(select(Draft.text)).one()


def test_every_version_is_listed_with_its_note_and_what_the_checks_said(editor: FlaskClient) -> None:
    page = text_of(editor.get(VERSIONS))
    assert "Another word for Start." in page
    assert "scenarios came true; promises not proved." in page
    assert page.index("Version 2") < page.index("Version 1")
    assert editor.get("/workflows/nothing/versions").status_code == 404


def test_a_version_can_be_read_long_after_another_went_live(editor: FlaskClient) -> None:
    page = text_of(editor.get(f"{VERSIONS}/1"))
    assert "Choose a technician first." in page
    assert "order.technician != null" in page
    assert "By itself" not in page or "What happens by itself" in page
    assert 'id="line-1"' in page
    assert editor.get(f"{VERSIONS}/3").status_code == 404


def test_a_version_is_downloaded_byte_for_byte_and_taken_in_byte_for_byte(editor: FlaskClient) -> None:
    answer = editor.get(f"{VERSIONS}/1/text")
    assert answer.data == (DEFINITIONS / "work_order.yaml").read_bytes()
    assert answer.content_type == "text/yaml; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="work_order-1.yaml"'
    windows = SECOND.replace("\n", "\r\n").encode() + "# Grüße".encode()
    assert take_in(editor, windows)[0] == 303
    assert draft().encode() == windows


def test_what_is_stored_with_windows_line_ends_is_downloaded_with_them(editor: FlaskClient) -> None:
    with unit_of_work() as session:
        session.execute(
            update(DefinitionVersion).where(DefinitionVersion.number == 1).values(text=STOCK.replace("\n", "\r\n"))
        )
    assert editor.get(f"{VERSIONS}/1/text").data == STOCK.replace("\n", "\r\n").encode()


def test_two_versions_are_compared_in_sentences_and_then_line_by_line(editor: FlaskClient) -> None:
    page = text_of(editor.get(f"{PLACE}/changes?from=1&to=2"))
    assert "Begin work" in page
    assert "<del>    label: Start</del>" in page
    assert "<ins>    label: Begin work</ins>" in page
    back = text_of(editor.get(f"{PLACE}/changes?from=2&to=1"))
    assert "<del>    label: Begin work</del>" in back
    assert "byte for byte" in text_of(editor.get(f"{PLACE}/changes?from=2&to=2"))
    assert editor.get(f"{PLACE}/changes?from=1&to=9").status_code == 404
    assert editor.get(f"{PLACE}/changes?from=x&to=-1").status_code == 200


def test_a_file_that_is_no_workflow_becomes_a_draft_with_its_problems(editor: FlaskClient) -> None:
    assert take_in(editor, b"- nonsense\n\t: [")[0] == 303
    assert "problem" in editor.get(f"{PLACE}/edit?view=text").text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose a file first"),
        (b"name: x\nlabel: \xff\xfe", "Line 2 of this file is not UTF-8 text"),
        (b"name: x\n\n\0", "Line 3 of this file holds a NUL character"),
        (b"x" * 400_001, "too large"),
    ],
    ids=["empty", "not UTF-8", "NUL", "enormous"],
)
def test_a_file_that_is_no_text_is_refused_and_nothing_changes(editor: FlaskClient, content: bytes, said: str) -> None:
    status, page = take_in(editor, content)
    assert status == 422
    assert said in page
    with reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_a_file_takes_the_place_of_a_draft_only_when_told_so(editor: FlaskClient) -> None:
    assert take_in(editor, b"one")[0] == 303
    status, page = take_in(editor, b"two")
    assert status == 422
    assert "You have a draft" in page
    assert draft() == "one"
    assert take_in(editor, b"two", replace="1")[0] == 303
    assert draft() == "two"


def test_who_may_only_view_reads_versions_but_takes_in_nothing(app: Flask, editor: FlaskClient) -> None:
    viewer = app.test_client()
    add_person("viewer@firm.test", "Vi Viewer", "workflows.view")
    sign_in(viewer, "viewer@firm.test")
    page = viewer.get(VERSIONS)
    assert page.status_code == 200
    assert "Take in a file" not in page.text
    assert viewer.post(FILE, data={"csrf_token": "x"}).status_code in (400, 403)


def test_lines_are_paired_and_what_stays_far_away_is_left_out() -> None:
    before = "\n".join(f"line {number}" for number in range(30))
    rows = line_by_line(before, before.replace("line 15", "another\nand one more"))
    assert [row.kind for row in rows] == ["same"] * 3 + ["changed", "new"] + ["same"] * 3
    assert rows[0].gap == 12
    assert (rows[3].left, rows[3].right) == ("line 15", "another")
    assert (rows[4].left_number, rows[4].right_number) == (0, 17)


def test_a_verdict_is_a_sentence() -> None:
    assert verdict({"scenarios": 3, "proved": None}) == "3 scenarios came true; promises not proved."
    kept = {"scenarios": 1, "proved": True, "promises": 6, "warnings": ["One.", "Two."]}
    assert verdict(kept) == "1 scenario came true; 6 promises proved; 2 warnings acknowledged."
