"""The files of definitions/, read once for all tests of this folder."""

from collections.abc import Mapping
from typing import Any

import pytest
from ruamel.yaml import YAML

from webapp.config import DEFINITIONS
from workflow.compiling import compile as compiled
from workflow.definition import Definition
from workflow.engine import Lifecycle
from workflow.reading import read, read_vocabulary
from workflow.vocabulary import Vocabulary


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """The shipped vocabulary."""
    return read_vocabulary((DEFINITIONS / "vocabulary.yaml").read_text())


@pytest.fixture(scope="session")
def work_order(vocabulary: Vocabulary) -> Definition:
    """The shipped life of a work order."""
    return read((DEFINITIONS / "work_order.yaml").read_bytes(), vocabulary)


@pytest.fixture(scope="session")
def lifecycle(work_order: Definition, vocabulary: Vocabulary) -> Lifecycle:
    """The same, ready to decide."""
    return compiled(work_order, vocabulary)


@pytest.fixture(scope="session")
def roles() -> Mapping[str, Any]:
    """The shipped roles by name, as they stand in the file."""
    content = YAML(typ="safe", pure=True).load(DEFINITIONS / "roles.yaml")
    assert content["format"] == "fieldwright-roles/1"
    found: Mapping[str, Any] = content["roles"]
    return found
