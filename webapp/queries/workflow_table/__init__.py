"""The table view of a workflow's text: what it says in words people read, and the forms it is changed by."""

from webapp.queries.workflow_table.building import Group, Row, Table, build
from webapp.queries.workflow_table.forms import Asked
from webapp.queries.workflow_table.steps import Steps, steps_of

__all__ = ["build", "Table", "Group", "Row", "Asked", "Steps", "steps_of"]
