"""The program asks a status's kind and never its name, so a firm may call its statuses as it likes."""

import ast
from pathlib import Path

import webapp
from workflow.definition import Definition

HOME = Path(str(webapp.__file__)).parent.parent
FOLDERS = ("workflow", "webapp", "workers")
MAY_NAME = ("webapp/demo/", "webapp/migrations/")
TABS = {("webapp/queries/orders.py", "unassigned"), ("webapp/views/orders.py", "unassigned")}
"""The first tab of the list is called so; it shows every order of the kind `queue`."""


def test_no_program_names_a_status(work_order: Definition) -> None:
    named = set()
    for folder in FOLDERS:
        for module in (HOME / folder).rglob("*.py"):
            place = module.relative_to(HOME).as_posix()
            if place.startswith(MAY_NAME):
                continue
            for node in ast.walk(ast.parse(module.read_text())):
                if isinstance(node, ast.Constant) and node.value in work_order.statuses:
                    named.add((place, node.value))
    assert named <= TABS
