"""A definition's plain data in one form: one name and a list of one name are the same, and so are absent and empty."""

from __future__ import annotations

from workflow.editing import Model
from workflow.reading.shapes import DEFINITION, Entries, Flag, Keys, Many, Rows, Shape, TextOr


def meaning(model: dict[str, Model]) -> dict[str, Model]:
    """The same definition with every list written as a list and everything empty left out."""
    found = _normal(model, DEFINITION)
    assert isinstance(found, dict)
    return found


def _normal(model: Model, shape: Shape | None) -> Model:
    match shape:
        case Many() if isinstance(model, (str, bool)):
            return [model]
        case Rows(of=of):
            rows = model if isinstance(model, list) else [model] if isinstance(model, dict) else []
            return [_normal(row, of) for row in rows]
        case Entries(of=of) if isinstance(model, dict):
            return {key: _normal(value, of) for key, value in model.items()}
        case Entries():
            return {}
        case TextOr(table=table):
            return _normal(model, table) if isinstance(model, dict) else {"to": model}
        case Keys() if isinstance(model, dict):
            parts = {key: _normal(value, shape.shape(key)) for key, value in model.items()}
            return {key: value for key, value in parts.items() if not _says_nothing(key, value, shape)}
        case _:
            return model


def _says_nothing(key: str, value: Model, shape: Keys) -> bool:
    inner = shape.shape(key)
    if isinstance(inner, Flag):
        return value is False
    return key in shape.optional and (value is None or value in ([], {}) or value == "plain")
