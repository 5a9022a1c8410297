"""definitions/README.md explains every key the reader knows, and its examples are YAML."""

import re
from collections.abc import Iterator

from ruamel.yaml import YAML

from webapp.config import DEFINITIONS
from workflow.reading.shapes import DEFINITION, Entries, Keys, Rows, Shape, TextOr

README = (DEFINITIONS / "README.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)


def keys(shape: Shape) -> Iterator[str]:
    """Every fixed key below a shape."""
    match shape:
        case Keys(required=required, optional=optional):
            for key, inner in (*required.items(), *optional.items()):
                yield key
                yield from keys(inner)
        case Entries(of=inner) | Rows(of=inner) | TextOr(table=inner):
            yield from keys(inner)


def test_every_key_has_an_example() -> None:
    shown = set(re.findall(r"([a-z_]+):", "\n".join(EXAMPLES)))
    told = set(re.findall(r"`([a-z_]+):?[^`]*`", README))
    assert set(keys(DEFINITION)) - shown - told == set()


def test_every_example_is_yaml() -> None:
    assert len(EXAMPLES) >= 11
    for example in EXAMPLES:
        assert isinstance(YAML(typ="safe", pure=True).load(example), dict)
