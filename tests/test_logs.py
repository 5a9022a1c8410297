"""What is logged of a fault: its place, and none of the values it happened with."""

from __future__ import annotations

import json

import pytest
import structlog

from webapp import logs


@pytest.mark.parametrize("demo", [True, False])
def test_a_traceback_names_the_place_and_no_value(demo: bool, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(customer: str) -> None:
        raise RuntimeError("no such thing")

    logs.configure(demo=demo)
    try:
        fail("Hidden " + "Name")
    except RuntimeError:
        structlog.get_logger("tests").exception("unexpected_error", path="/somewhere")
    told = capsys.readouterr().out
    assert "no such thing" in told
    assert "test_logs.py" in told
    assert "Hidden Name" not in told
    if not demo:
        assert json.loads(told)["event"] == "unexpected_error"
