"""The rules of the house, read from the source itself: one door, one commit, one clock, no name of the data in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import webapp
from webapp.config import DEFINITIONS
from workflow.reading import read, read_vocabulary

HOME = Path(str(webapp.__file__)).parent.parent
PROGRAM = ("workflow", "webapp", "workers", "definitions")


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the program by its place, as a tree; migrations are history and not looked at."""
    found = {
        path.relative_to(HOME).as_posix(): ast.parse(path.read_text())
        for folder in PROGRAM
        for path in sorted((HOME / folder).rglob("*.py"))
    }
    return {place: tree for place, tree in found.items() if not place.startswith("webapp/migrations/versions/")}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    for place, tree in modules().items():
        for node in ast.walk(tree):
            yield place, node


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a method or function of that name."""
    for place, node in nodes():
        if isinstance(node, ast.Call) and name == called(node.func):
            yield place, node


def called(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def exported(tree: ast.Module) -> set[int]:
    """The texts of `__all__`: names of functions, not of data."""
    lists = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"]
    return {id(text) for one in lists for text in ast.walk(one)}


# Names of the data

MAY_NAME = {
    ("webapp/demo/work.py", "start"): "the example firm's people press buttons by name",
    (
        "webapp/queries/orders.py",
        "unassigned",
    ): "the list's first tab is called so in its address; it shows the kind `queue`",
    ("webapp/views/orders.py", "unassigned"): "the same tab",
}
ORDINARY = frozenset(
    {"start", "pause", "resume", "submit", "complete", "cancel", "approve", "decline", "reopen", "bill"}
)
"""Words of English that are buttons too: elsewhere they mean something else, so they are looked for where a button is meant."""


def test_no_program_names_a_status_a_button_or_an_automatic_rule() -> None:
    vocabulary = read_vocabulary((DEFINITIONS / "vocabulary.yaml").read_text())
    order = read((DEFINITIONS / "work_order.yaml").read_bytes(), vocabulary)
    told = (set(order.statuses) | set(order.transitions) | set(order.automatic)) - ORDINARY
    named = {
        (place, node.value)
        for place, tree in modules().items()
        if not place.startswith("webapp/demo/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in told and id(node) not in exported(tree)
    }
    assert named <= set(MAY_NAME), sorted(named - set(MAY_NAME))


def test_no_button_is_meant_by_name_where_buttons_are_compared_or_pressed() -> None:
    meant = []
    for place, node in nodes():
        if place.startswith("webapp/demo/"):
            continue
        texts: list[ast.AST] = []
        if isinstance(node, ast.Compare) and re.search(r"transition|rule|button|pressed|step", ast.unparse(node)):
            texts = list(ast.walk(node))
        if isinstance(node, ast.keyword) and node.arg in ("transition", "rule", "pressed"):
            texts = [node.value]
        meant += [
            (place, ast.unparse(node)) for text in texts if isinstance(text, ast.Constant) and text.value in ORDINARY
        ]
    assert meant == []


def test_no_program_asks_for_a_role_by_name() -> None:
    """Roles are data: whoever may do something is asked for the permission, and a technician for the role's mark."""
    asked = [
        (place, ast.unparse(node))
        for place, node in nodes()
        if isinstance(node, ast.Compare)
        and re.search(r"\brole(\.name|_name|\.label)?\b|\bRole\.name\b", ast.unparse(node.left))
        and any(isinstance(other, ast.Constant) and isinstance(other.value, str) for other in node.comparators)
    ]
    gives = ("webapp/services/administrators.py", "Role.name == 'admin'")  # the first account is given that role
    assert [one for one in asked if one != gives] == [], "a permission is asked, never a role"


# One door, one commit, one clock

RUN_THE_ENGINE = {
    "webapp/services/transitions.py": "the one door",
    "webapp/services/open_orders.py": "shows which ways an open order could be ended; writes nothing by itself",
    "workflow/scenarios.py": "plays the scenarios of a definition",
    "workflow/staging.py": "plays the scenarios of a definition",
    "workflow/remedies.py": "tries what would help",
    "workflow/engine.py": "the engine itself",
}
ENGINES = re.compile(r"^(compiled|lifecycle|self\.lifecycle|self|engine)$")
DECIDING = ("press", "settle", "settle_many", "begin", "begin_many")


def test_only_the_one_door_runs_the_engine_and_what_writes_nothing() -> None:
    running = {
        place
        for verb in DECIDING
        for place, call in calls(verb)
        if isinstance(call.func, ast.Attribute) and ENGINES.match(ast.unparse(call.func.value))
    }
    strangers = {
        place
        for place in running - set(RUN_THE_ENGINE)
        if not place.startswith(
            ("workflow/proving/", "workflow/editing/", "webapp/services/rehears", "webapp/services/try")
        )
    }
    assert strangers == set()


def test_only_the_one_door_sends_to_the_library() -> None:
    assert {place for place, call in calls("send") if ast.unparse(call.func) == "machine.send"} == {
        "workflow/machines.py"
    }
    importing = {
        place
        for place, node in nodes()
        if isinstance(node, ast.ImportFrom | ast.Import) and "statemachine" in ast.unparse(node)
    }
    assert importing <= {"workflow/machines.py", "workflow/compiling.py", "workflow/diagram.py"}


def test_only_the_one_door_writes_the_status_of_an_order() -> None:
    writing = set()
    for place, node in nodes():
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
                writing.add(place)
        if isinstance(node, ast.Call) and re.search(r"\bupdate\((models\.)?WorkOrder\b", ast.unparse(node)):
            writing.add(place)
        if isinstance(node, ast.Constant) and re.search(r"(?i)\bupdate work_orders?\b", str(node.value)):
            writing.add(place)
    outside = {place for place in writing if place.startswith(("webapp/", "workers/"))}
    assert outside == {"webapp/services/transitions.py"}


def test_one_place_commits() -> None:
    assert {place for place, _ in calls("commit")} <= {"webapp/db.py"}


def test_one_place_asks_what_time_it_is() -> None:
    asking = {
        place
        for verb in ("now", "utcnow", "today")
        for place, call in calls(verb)
        if re.match(r"(datetime\.)?(datetime|date)\.(now|utcnow|today)$", ast.unparse(call.func))
    }
    assert asking == {"webapp/clock.py"}


def test_no_program_runs_text_as_code_or_reads_data_that_could() -> None:
    forbidden = re.compile(r"^(eval|exec|yaml\.load|pickle\.\w+|marshal\.\w+|os\.system)$")
    found = {
        (place, ast.unparse(node.func)) for place, node in nodes() if isinstance(node, ast.Call)
        if forbidden.match(ast.unparse(node.func))
    }  # fmt: skip
    assert found == set()


# Papers

PARTS_OF_A_FOLDER = ("static/", "templates/", "migrations/versions")
"""Folders told of in the README above them."""


def test_every_folder_of_code_opens_with_a_readme_of_a_few_lines() -> None:
    folders = {path.parent for top in ("workflow", "webapp", "workers", "tests") for path in (HOME / top).rglob("*.py")}
    told = {folder for folder in folders if not any(part in f"{folder.as_posix()}/" for part in PARTS_OF_A_FOLDER)}
    silent = sorted(
        folder.relative_to(HOME).as_posix()
        for folder in told | {HOME / "definitions", HOME / "webapp/static", HOME / "webapp/templates"}
        if not any((above / "README.md").exists() for above in (folder, folder.parent))
    )
    assert silent == []
    first = {path: path.read_text().lstrip() for path in HOME.glob("w*/**/README.md")}
    assert [path for path, text in first.items() if not text.startswith("# ")] == []


def test_every_module_says_in_its_first_sentence_what_it_is_for() -> None:
    silent = [place for place, tree in modules().items() if not ast.get_docstring(tree)]
    assert [place for place in silent if place != "definitions/__init__.py"] == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    known = re.compile(r"/(work|home|root)/[a-z]|127\.0\.0\.1:3141|pip\.conf|index-url", re.IGNORECASE)
    allowed = re.compile(r"/home/fieldwright|/work-orders")
    kinds = {".py", ".md", ".yaml", ".toml", ".html", ".css", ".js", ".lock", ".txt", ""}
    folders = (*PROGRAM, "tests", "docs", ".ci")
    files = [
        path for folder in folders for path in (HOME / folder).rglob("*") if path.suffix in kinds and path.is_file()
    ]
    files += [path for path in HOME.iterdir() if path.is_file() and path.suffix in kinds]
    found = []
    for path in files:
        if {"vendor", "bundles", "__pycache__", ".venv"} & set(path.parts) or path == Path(__file__):
            continue
        for line in path.read_text(errors="replace").splitlines():
            if known.search(allowed.sub("", line)):
                found.append(f"{path.relative_to(HOME)}: {line.strip()[:100]}")
    assert found == []
