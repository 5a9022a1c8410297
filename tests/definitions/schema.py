"""Writes definitions/definition.schema.json anew: `python -m tests.definitions.schema`."""

import json

from webapp.config import DEFINITIONS
from webapp.queries.lifecycles import vocabulary
from workflow.reading import schema

FILE = DEFINITIONS / "definition.schema.json"


def generated() -> str:
    """The text the file should hold."""
    return json.dumps(schema(vocabulary()), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(generated())
