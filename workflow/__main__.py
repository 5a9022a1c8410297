"""`python -m workflow check FILE`: everything that can be said about a definition, for people or for programs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from workflow.definition import Definition
from workflow.errors import Unsound
from workflow.pipes import until_nobody_reads
from workflow.problems import Problem
from workflow.proving import Proof, prove_apart
from workflow.reading import Report, check, read_vocabulary
from workflow.vocabulary import Vocabulary

SOUND, UNSOUND, UNREADABLE = 0, 1, 2
WORDS = {True: "proved", False: "broken", None: "not proved"}


class Unreadable(Exception):
    """A file that cannot be opened or understood at all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0 sound, 1 an error or a failed scenario (`--strict`: a warning too), 2 unreadable."""
    options = _options().parse_args(arguments)
    file: Path = options.file
    try:
        words: Path = options.vocabulary or file.parent / "vocabulary.yaml"
        vocabulary = _vocabulary(words)
        report = check(_bytes(file), vocabulary, prove=False if options.no_proof else _prover(words))
    except Unreadable as unreadable:
        report = Report(None, (Problem("unreadable", str(unreadable)),), readable=False)
    if options.format == "json":
        print(json.dumps(_as_data(report), ensure_ascii=False, indent=2))
    else:
        _tell(file, report)
    if not report.readable:
        return UNREADABLE
    warned = options.strict and any(problem.severity == "warning" for problem in report.problems)
    return SOUND if report.ok and not warned else UNSOUND


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workflow", description="Work with workflow definitions.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("check", help="say everything that is wrong with a definition")
    command.add_argument("file", type=Path, help="the definition, a YAML file")
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to answer")
    command.add_argument("--no-proof", action="store_true", help="leave the promises unproved")
    command.add_argument("--strict", action="store_true", help="exit 1 on a warning too")
    command.add_argument("--vocabulary", type=Path, help="the vocabulary; by default vocabulary.yaml beside the file")
    return parser


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror or 'unknown reason'}.") from error


def _vocabulary(file: Path) -> Vocabulary:
    try:
        return read_vocabulary(_bytes(file))
    except Unsound as unsound:
        raise Unreadable(f"The vocabulary {file} cannot be used: {unsound}") from unsound


def _prover(vocabulary: Path) -> Callable[[Definition], Proof]:
    """Proves in a process of its own, as the pages do."""
    text = _bytes(vocabulary).decode()
    return lambda definition: prove_apart(definition.text, text)


def _as_data(report: Report) -> dict[str, object]:
    return {
        "ok": report.ok,
        "problems": [
            {
                "severity": problem.severity,
                "code": problem.code,
                "message": problem.message,
                "line": problem.at.line,
                "column": problem.at.column,
                "story": list(problem.story),
            }
            for problem in report.problems
        ],
        "promises": [{"name": promise.name, "proved": promise.proved} for promise in report.promises],
        "scenarios": [{"says": each.says, "ok": each.ok, "line": each.at.line} for each in report.scenarios],
    }


def _tell(file: Path, report: Report) -> None:
    for problem in report.problems:
        print(f"{file}:{problem.at.line}:{problem.at.column}: {problem.severity}: {problem.message} [{problem.code}]")
        for sentence in problem.story:
            print(f"    {sentence}")
    for promise in report.promises:
        print(f"promise {promise.name}: {WORDS[promise.proved]}")
    if report.scenarios:
        played = sum(each.ok for each in report.scenarios)
        print(f"{played} of {len(report.scenarios)} scenarios came out as told")
    print("Sound." if report.ok else "Not sound.")


if __name__ == "__main__":
    sys.exit(until_nobody_reads(main))
