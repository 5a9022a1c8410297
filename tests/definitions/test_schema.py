"""The schema shipped for editors is the reader's own, and the shipped definition fits it."""

import json

import jsonschema
from ruamel.yaml import YAML

from tests.definitions.schema import FILE, generated
from webapp.config import DEFINITIONS


def test_the_shipped_schema_is_the_readers() -> None:
    assert FILE.read_text() == generated(), "Run: .venv/bin/python -m tests.definitions.schema"


def test_the_shipped_definition_fits_the_schema() -> None:
    content = YAML(typ="safe", pure=True).load(DEFINITIONS / "work_order.yaml")
    plain = json.loads(json.dumps(content, default=str))  # a day is a text to the schema
    validator = jsonschema.Draft7Validator(json.loads(FILE.read_text()))
    assert [error.message for error in validator.iter_errors(plain)] == []
