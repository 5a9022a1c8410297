"""What this machine cannot have: skipped by name and reason, and a failure where nothing may be missing."""

import os
from typing import NoReturn

import pytest


def missing(name: str, reason: str) -> NoReturn:
    """Skip the test, naming what is missing; fail it when CI=true."""
    sentence = f"{name} is missing: {reason}"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
