"""What differs between two definitions, as sentences a supervisor reads."""

from workflow.changes.buttons import ButtonChange, Person, buttons
from workflow.changes.differences import Change, differences

__all__ = ["differences", "Change", "buttons", "ButtonChange", "Person"]
