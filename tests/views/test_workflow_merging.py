"""A draft that fell behind is merged with what went live: by itself where nothing meets, else by choosing; nothing typed is lost."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.views import workflow_world as world
from tests.views.forms import fill, text_of

MERGE = f"{world.PLACE}/draft/merge"
THEIRS = ("label: Paused", "label: On hold")
MINE = ("label: Billed", "label: Paid for")
MEETS = ("label: Paused", "label: Halted")


@pytest.fixture
def editor(app: Flask, client: FlaskClient) -> FlaskClient:
    return world.let_edit(client)


def fall_behind(editor: FlaskClient, *mine: tuple[str, str]) -> str:
    """Change the draft, while somebody else calls Paused “On hold” in version 2; returns the draft's text."""
    text = typed = world.begin(editor)
    for old, new in mine:
        typed = typed.replace(old, new, 1)
    world.keep(editor, typed, 1)
    world.go_live(text.replace(*THEIRS, 1))
    return typed


def test_what_does_not_meet_comes_together_by_itself(editor: FlaskClient) -> None:
    fall_behind(editor, MINE)
    assert "Version 2 went live since this draft was begun" in text_of(editor.get(world.EDIT))
    page = text_of(editor.get(MERGE))
    assert "come together by themselves" in page
    assert "On hold" in page
    assert "Paid for" in page
    assert fill(editor, MERGE, version=version(editor)).status_code == 303
    merged = world.typed_in(editor)
    assert THEIRS[1] in merged
    assert MINE[1] in merged
    assert "Draft on version 2" in text_of(editor.get(world.EDIT))


def test_what_meets_is_chosen_and_says_so_until_it_is(editor: FlaskClient) -> None:
    fall_behind(editor, MINE, MEETS)
    page = text_of(editor.get(MERGE))
    assert "Halted" in page
    unanswered = fill(editor, MERGE, version=version(editor))
    assert unanswered.status_code == 422
    assert "Choose for this one" in text_of(unanswered)
    key = page.split('name="choice.')[1].split('"')[0]
    assert fill(editor, MERGE, version=version(editor), **{f"choice.{key}": "theirs"}).status_code == 303
    merged = world.typed_in(editor)
    assert THEIRS[1] in merged
    assert MEETS[1] not in merged
    assert MINE[1] in merged


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_text_before_the_merge_can_be_taken_back(editor: FlaskClient) -> None:
    typed = fall_behind(editor, MINE)
    fill(editor, MERGE, version=version(editor))
    assert fill(editor, world.EDIT, f"{world.PLACE}/draft/gesture", gesture="undo").status_code == 303
    assert world.typed_in(editor) == typed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_text_that_cannot_be_read_waits_and_loses_nothing(editor: FlaskClient) -> None:
    fall_behind(editor, ("statuses:", "statuses: ["))
    assert "cannot be merged yet" in text_of(editor.get(MERGE))
    assert "statuses: [" in world.typed_in(editor)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_version_that_went_live_meanwhile_is_looked_at_first(editor: FlaskClient) -> None:
    typed = fall_behind(editor, MINE)
    seen = version(editor)
    world.go_live(typed.replace(*MEETS, 1))
    stale = fill(editor, MERGE, version=seen)
    assert stale.status_code == 409
    assert world.typed_in(editor) == typed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_has_to_be_merged_on_the_live_version(editor: FlaskClient) -> None:
    world.begin(editor)
    assert editor.get(MERGE).status_code == 303


def version(editor: FlaskClient) -> str:
    """The version the page was made from."""
    return editor.get(MERGE).text.split('name="version" value="')[1].split('"')[0]
