"""The schema editors complete from accepts and refuses the same keys as the reader."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from tests.support.parcels import DEFINITION_TEXT, VOCABULARY, codes, instead
from workflow.reading import read_vocabulary, schema
from workflow.reading.shapes import DEFINITION, Entries, Keys, Many, Rows, Shape, TextOr

SCHEMA = schema(VOCABULARY)
VALIDATOR = Draft7Validator(SCHEMA)
DEFINITIONS = Path(__file__).parents[2] / "definitions"


def loaded(text: str) -> Any:
    """What an editor makes of the text before it asks the schema."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(StringIO(text)), default=str))


def test_the_schema_is_a_sound_draft_7_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)
    json.dumps(SCHEMA)


def test_the_schema_accepts_what_the_reader_accepts() -> None:
    assert [error.message for error in VALIDATOR.iter_errors(loaded(DEFINITION_TEXT))] == []


def test_the_schema_of_the_shipped_vocabulary_accepts_the_shipped_definition() -> None:
    vocabulary = read_vocabulary((DEFINITIONS / "vocabulary.yaml").read_bytes())
    text = (DEFINITIONS / "work_order.yaml").read_text(encoding="utf-8")
    errors = Draft7Validator(schema(vocabulary)).iter_errors(loaded(text))
    assert [error.message for error in errors] == []


def tables(shape: Shape, described: dict[str, Any]) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """Every table with known keys, beside its description in the schema."""
    match shape:
        case Keys(required=required, optional=optional):
            yield shape, described
            for key, each in {**required, **optional}.items():
                yield from tables(each, described["properties"][key])
        case Entries(of=of):
            yield from tables(of, described["additionalProperties"])
        case Rows(of=of, single=single):
            yield from tables(of, described["anyOf"][0] if single else described["items"])
        case TextOr(table=table):
            yield from tables(table, described["anyOf"][1])
        case Many() | _:
            return


def test_every_table_knows_the_same_keys_in_reader_and_schema() -> None:
    found = list(tables(DEFINITION, SCHEMA))
    assert len(found) > 12
    for shape, described in found:
        assert set(described["properties"]) == {*shape.required, *shape.optional}
        assert set(described["required"]) == set(shape.required)
        assert described["additionalProperties"] is False


REFUSED = {
    "an unknown key": ("look: primary", "looks: primary"),
    "an unknown section": ("when_changed:", "when_change:"),
    "a missing key": ("wait:\n    label: Wait\n", "wait:\n"),
    "an unknown permission": ("permission: parcels.send}", "permission: parcels.sent}"),
    "an unknown field": ("[size, packer, quantities]", "[size, packr, quantities]"),
    "an unknown message": ("{message: ParcelPacked, to: sender}", "{message: ParcelPackt, to: sender}"),
    "an unknown effect": ("do: count_worker", "do: count_workers"),
    "an unknown color": ("color: grey", "color: gray"),
    "a text as flag": ("final: true", "final: 'true'"),
    "a length of time that is none": ("after: 2 days", "after: two days"),
    "a list as a text": ("name: Parcel\n", "name: [Parcel]\n"),
    "a name twice": ("from: [packing, waiting]", "from: [packing, packing]"),
    "a name that is none": ("  has_packer:\n", "  Has-packer:\n"),
    "a fact that may not be set": ("set: {packed_at: now}", "set: {weight: 3}"),
    "another format": ("format: fieldwright/1", "format: fieldwright/2"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_what_the_schema_refuses_the_reader_refuses_too(mistake: str) -> None:
    text = instead(*REFUSED[mistake])
    assert not VALIDATOR.is_valid(loaded(text))
    assert codes(text)
