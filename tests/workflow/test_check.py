"""`python -m workflow check`: exit codes and answers that other people's scripts rely on."""

import json
from pathlib import Path

import pytest

from tests.support.parcels import DEFINITION_TEXT, VOCABULARY, VOCABULARY_TEXT, instead
from workflow.__main__ import main
from workflow.reading import check

DEFINITIONS = Path(__file__).parents[2] / "definitions"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "vocabulary.yaml").write_text(VOCABULARY_TEXT, encoding="utf-8")
    file = tmp_path / "parcel.yaml"
    file.write_text(DEFINITION_TEXT, encoding="utf-8")
    return file


def test_a_sound_definition_exits_with_0(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(file)]) == 0
    told = capsys.readouterr().out
    assert "1 of 1 scenarios came out as told" in told
    assert "promise limits_hold: proved" in told


def test_the_shipped_definition_is_sound_and_all_its_scenarios_come_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(DEFINITIONS / "work_order.yaml"), "--strict", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {problem["severity"] for problem in answer["problems"]} <= {"info"}
    assert all(promise["proved"] is True for promise in answer["promises"])
    assert all(scenario["ok"] for scenario in answer["scenarios"])


def test_an_error_exits_with_1_and_says_where(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(instead("color: grey", "color: gray"), encoding="utf-8")
    assert main(["check", str(file)]) == 1
    assert f"{file}:16:12: error: “gray” cannot stand here." in capsys.readouterr().out


def test_the_answer_for_programs_has_the_promised_shape(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(instead("then: sent}", "then: waiting}"), encoding="utf-8")
    assert main(["check", str(file), "--format", "json", "--no-proof"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    (problem,) = answer["problems"]
    assert set(problem) == {"severity", "code", "message", "line", "column", "story"}
    assert (problem["severity"], problem["code"]) == ("error", "scenario")
    assert answer["promises"] == [{"name": "limits_hold", "proved": None}, {"name": "ends", "proved": None}]
    (scenario,) = answer["scenarios"]
    assert (scenario["says"], scenario["ok"]) == ("A small parcel goes out.", False)
    assert isinstance(scenario["line"], int)


def test_a_warning_exits_with_1_only_when_strict(file: Path) -> None:
    clock = "  clock: {label: the clock, clock: true}\n"
    file.write_text(instead(clock, clock + "  idle: {label: an idler, permission: parcels.pack}\n"), encoding="utf-8")
    assert main(["check", str(file), "--no-proof"]) == 0
    assert main(["check", str(file), "--no-proof", "--strict"]) == 1


def test_a_broken_promise_exits_with_1_and_tells_how_it_is_broken(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = instead("    needs: within_limits\n    lines: lift_limits\n", "")
    file.write_text(text.replace("without_pressing: send, ", ""), encoding="utf-8")
    assert main(["check", str(file), "--format", "json", "--no-proof"]) == 0
    capsys.readouterr()
    assert main(["check", str(file), "--format", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    (broken,) = [problem for problem in answer["problems"] if problem["code"] == "promise-broken"]
    assert broken["story"][-1] == "It is now Sent."
    assert answer["promises"] == [{"name": "limits_hold", "proved": False}, {"name": "ends", "proved": True}]


@pytest.mark.parametrize("text", ["a: [b", "\tx", ""])
def test_a_text_that_is_no_yaml_exits_with_2(file: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(text, encoding="utf-8")
    assert main(["check", str(file), "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["problems"]


def test_a_missing_file_exits_with_2_and_a_sentence(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(file.with_name("none.yaml"))]) == 2
    assert "cannot be read" in capsys.readouterr().out


def test_a_missing_vocabulary_exits_with_2_and_a_sentence(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(file), "--vocabulary", str(file.with_name("none.yaml"))]) == 2
    assert "none.yaml cannot be read" in capsys.readouterr().out


def test_a_vocabulary_elsewhere_can_be_named(file: Path) -> None:
    elsewhere = file.with_name("words.yaml")
    file.with_name("vocabulary.yaml").rename(elsewhere)
    assert main(["check", str(file), "--vocabulary", str(elsewhere)]) == 0


def test_scenarios_are_not_played_while_something_else_is_wrong() -> None:
    report = check(instead("color: grey", "color: gray"), VOCABULARY)
    assert report.scenarios == ()
    assert report.definition is None
