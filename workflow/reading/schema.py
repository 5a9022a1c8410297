"""The JSON schema (draft 7) of a definition, generated from its shapes and the program's own catalogues."""

from __future__ import annotations

from typing import Any

from workflow.reading.names import catalogue
from workflow.reading.shapes import (
    DEFINITION,
    NAME,
    Choice,
    Code,
    Duration,
    Entries,
    Flag,
    Keys,
    Many,
    Prose,
    Rows,
    Shape,
    TextOr,
    Values,
    Word,
)
from workflow.reading.values import DURATION
from workflow.vocabulary import Vocabulary

Schema = dict[str, Any]


def schema(vocabulary: Vocabulary) -> Schema:
    """A draft 7 schema that accepts and refuses the same keys as the reader, and completes names in editors."""
    known = catalogue(vocabulary)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"Fieldwright definition of {vocabulary.lifecycle}",
        **_of(DEFINITION, known),
    }


def _of(shape: Shape, known: dict[str, tuple[str, ...]]) -> Schema:
    match shape:
        case Prose(limit=limit):
            return {"type": ["string", "number"], "minLength": 1, "maxLength": limit}
        case Word(kind=kind, also=also):
            if kind in known:
                return {"enum": [*known[kind], *also]}
            return {"type": "string", "pattern": f"^{NAME}$"}
        case Choice(words=words):
            return {"enum": list(words)}
        case Flag():
            return {"type": "boolean"}
        case Duration():
            return {"type": "string", "pattern": f"^{DURATION}$"}
        case Code():
            return {"type": ["string", "number", "boolean", "null"]}
        case Many(of=of, empty=empty):
            one = _of(of, known)
            many: Schema = {"type": "array", "items": one, "uniqueItems": True}
            return {"anyOf": [one, many if empty else {**many, "minItems": 1}]}
        case Rows(of=of, single=single):
            rows: Schema = {"type": "array", "items": _of(of, known)}
            return {"anyOf": [_of(of, known), rows]} if single else rows
        case Entries(of=of, key=key, empty=empty):
            table: Schema = {"type": "object"} if empty else {"type": "object", "minProperties": 1}
            if key is not None and key.kind in known:
                return {
                    **table,
                    "propertyNames": {"enum": list(known[key.kind])},
                    "additionalProperties": _of(of, known),
                }
            return {**table, "propertyNames": {"pattern": f"^{NAME}$"}, "additionalProperties": _of(of, known)}
        case Keys(required=required, optional=optional):
            return {
                "type": "object",
                "properties": {key: _of(each, known) for key, each in {**required, **optional}.items()},
                "required": list(required),
                "additionalProperties": False,
            }
        case TextOr(text=text, table=more):
            return {"anyOf": [_of(text, known), _of(more, known)]}
        case Values():
            return {"type": "object"}
