"""The editor is told everything about any text, with line and column, at once and without a change; a proof follows when asked for."""

from __future__ import annotations

import threading
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.views import workflow_world as world
from tests.views.people import add_person, sign_in
from webapp.db import reading
from webapp.models import DefinitionProof, Draft
from webapp.views.workflows import turns

HOSTILE = {
    "nothing": b"",
    "an open bracket": b"[" * 5_000,
    "deep nesting": "\n".join(f"{'  ' * depth}a:" for depth in range(300)).encode(),
    "NUL": b"format: fieldwright/1\nname: a\0b\n",
    "bytes": bytes(range(256)) * 400,
    "not UTF-8": b"name: \xff\xfe\n",
    "200 kB on one line": b"a" * 200_000,
    "200 kB of lines": b"a: b\n" * 40_000,
    "an alias bomb": b"a: &a [x]\nb: [*a, *a]\n",
    "a script": b"name: <script>alert(1)</script>\n",
    "no table": b"just words",
}


@pytest.fixture
def editor(app: Flask, client: FlaskClient) -> FlaskClient:
    return world.let_edit(client)


def kept() -> list[tuple[str, int]]:
    with reading() as session:
        return [(row.text, row.row_version) for row in session.execute(select(Draft.text, Draft.row_version))]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_any_text_whatever_is_answered_at_its_line_and_nothing_is_written(editor: FlaskClient) -> None:
    text = world.begin(editor)
    for name, hostile in HOSTILE.items():
        told = world.look(editor, hostile)
        first = told["problems"][0]
        assert first["line"] >= 1, name
        assert first["column"] >= 1, name
        assert first["message"], name
        assert told["graph"] is None, name
        assert "<script>alert" not in told["panel"], name
    assert kept() == [(text, 1)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_text_larger_than_anything_is_refused_in_a_sentence(editor: FlaskClient) -> None:
    world.begin(editor)
    assert "too large" in world.look(editor, b"a" * 1_000_001, status=413)["sentence"]
    assert "too large" in world.keep(editor, "a" * 500_001, 1).json["sentence"]  # type: ignore[index]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_problem_names_its_line_and_the_part_it_stands_in(editor: FlaskClient) -> None:
    text = world.begin(editor)
    line = text.splitlines().index("    color: yellow")
    wrong = text.replace("    color: yellow", "    color: mauve", 1)
    told = world.look(editor, wrong)
    (problem,) = (one for one in told["problems"] if one["line"] == line + 1)
    assert problem["element"].startswith("statuses/")
    assert "mauve" in problem["message"]
    assert told["state"] == "none"
    sound = world.look(editor, text)
    assert sound["problems"] == []
    assert {node["label"] for node in sound["graph"]["nodes"]} >= {"Paused", "Billed"}


def test_a_proof_is_told_with_its_stories_and_kept(editor: FlaskClient) -> None:
    text = world.begin(editor)
    examples = text.index("\nscenarios:")
    held = "    from: [ongoing, paused]\n    to: waiting_approval"
    bypass = text[: examples + 1].replace(held, held.replace("ongoing, ", ""), 1)
    assert bypass != text[: examples + 1], "the shipped lifecycle says this otherwise now"
    assert world.look(editor, bypass)["state"] == "unproved"
    told = world.look(editor, bypass, proof=True)
    assert told["state"] == "known"
    (broken,) = (one for one in told["promises"] if one["name"] == "covered")
    assert broken["proved"] is False
    assert broken["story"]
    assert broken["path"][0]["status"] == "unassigned"
    assert "Show me" in told["panel"]
    again = world.look(editor, bypass)
    assert again["state"] == "known", "what was proved once is known"
    with reading() as session:
        assert len(session.scalars(select(DefinitionProof.key)).all()) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_scripts_the_kept_draft_is_proved_by_a_button(editor: FlaskClient) -> None:
    from tests.views.forms import fill

    world.begin(editor)
    assert "Not proved yet" in editor.get(world.EDIT).text
    assert "Not proved yet" in editor.get(f"{world.PLACE}/draft/problems").text
    assert fill(editor, world.EDIT, f"{world.PLACE}/draft/prove", view="text").status_code == 303
    assert "Proved" in editor.get(world.EDIT).text


def test_a_later_question_of_one_person_overtakes_the_earlier() -> None:
    seen = []
    begun = threading.Event()

    def first() -> None:
        with turns.turn(7) as overtaken:
            begun.set()
            until = time.monotonic() + 5
            while not overtaken() and time.monotonic() < until:
                time.sleep(0.01)
            seen.append(overtaken())

    thread = threading.Thread(target=first)
    thread.start()
    begun.wait()
    with turns.turn(7) as overtaken:
        seen.append(overtaken())
    thread.join()
    assert seen == [True, False]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_typed_is_kept_by_itself_and_another_window_is_noticed(editor: FlaskClient) -> None:
    text = world.begin(editor)
    saved = world.keep(editor, text + "# one\n", 1)
    assert saved.status_code == 200
    assert saved.json is not None
    assert saved.json["row_version"] == 2
    stale = world.keep(editor, text + "# two\n", 1)
    assert stale.status_code == 409
    assert stale.json is not None
    assert stale.json["text"] == text + "# one\n"
    assert kept() == [(text + "# one\n", 2)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_line_ends_stay_as_the_draft_has_them(editor: FlaskClient) -> None:
    text = world.begin(editor)
    world.keep(editor, text.replace("\n", "\r\n"), 1)
    assert kept() == [(text, 1)], "a browser sends CR LF"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_may_only_view_may_see_a_diagram_and_check_nothing(app: Flask, editor: FlaskClient) -> None:
    world.begin(editor)
    viewer = app.test_client()
    add_person("viewer@firm.test", "Vi Viewer", "workflows.view")
    sign_in(viewer, "viewer@firm.test")
    assert {"nodes", "edges"} <= set(viewer.get(f"{world.PLACE}/versions/1/diagram.json").json or {})
    assert viewer.get(f"{world.PLACE}/draft/diagram.json").status_code == 403
    assert set(editor.get(f"{world.PLACE}/draft/diagram.json").json or {}) == {"nodes", "edges"}
    assert editor.get("/workflows/words.json").json["schema"]["properties"]  # type: ignore[index]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_key_of_the_language_is_explained(editor: FlaskClient) -> None:
    words = editor.get("/workflows/words.json").json
    assert words is not None

    def keys(shape: dict[str, object], path: str) -> set[str]:
        found: set[str] = set()
        for one in shape.get("anyOf", []):  # type: ignore[attr-defined]
            found |= keys(one, path)
        if isinstance(shape.get("items"), dict):
            found |= keys(shape["items"], path)  # type: ignore[arg-type]
        if isinstance(shape.get("additionalProperties"), dict):
            found |= keys(shape["additionalProperties"], f"{path}.*")  # type: ignore[arg-type]
        for name, inner in shape.get("properties", {}).items():  # type: ignore[attr-defined]
            here = f"{path}.{name}".lstrip(".")
            found |= {here} | keys(inner, here)
        return found

    plain = {path for path in keys(words["schema"], "") if ".notify" not in path and ".set." not in path}
    assert {path for path in plain if not path.startswith("when_changed.")} <= set(words["says"])
