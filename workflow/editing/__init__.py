"""Editing a definition as text: a gesture is the smallest change of the text, so comments and order survive."""

from workflow.editing.errors import EditError
from workflow.editing.gestures import Add, Delete, Duplicate, Gesture, Move, Put, Remove, Rename, edited
from workflow.editing.layout import Model, model_of, same
from workflow.editing.references import mentions
from workflow.editing.splicing import Path, rewritten

__all__ = [
    "edited", "Gesture", "Add", "Rename", "Move", "Duplicate", "Delete", "Put", "Remove",
    "rewritten", "model_of", "mentions", "same", "Model", "Path", "EditError",
]  # fmt: skip
