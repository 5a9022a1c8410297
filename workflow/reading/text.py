"""The gate: what a text must be before any parser sees it, so that none can be made slow, wrong or misleading."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from workflow.problems import NOWHERE, Position, Problem

BYTES = 200_000
LINE = 500
BRACKETS = 30
LINES = 10_000
WORDS = 40_000
REPORTED = 20
"""Of one kind of mistake so many are shown; a file pasted with tabs would bury everything else."""

_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
_BREAKS = re.compile(r"\r\n|\n")
_TAB = re.compile(r"\t")


@cache
def _invisible() -> re.Pattern[str]:
    """Characters nobody sees or that change how others are read: controls, format signs, odd spaces, private use."""
    unseen = {"Cc", "Cf", "Co", "Zl", "Zp"}
    bad = {chr(n) for n in range(0x3000) if unicodedata.category(chr(n)) in unseen} - set("\n\r\t")
    bad |= {chr(n) for n in range(0x3001) if unicodedata.category(chr(n)) == "Zs"} - {" "}
    listed = "".join(re.escape(letter) for letter in sorted(bad | set(_BLANK_LETTERS)))
    ranges = "\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\uffff\U000e0000-\U0010ffff"
    return re.compile(f"[{listed}{ranges}]|\r(?!\n)")


def admit(source: str | bytes) -> tuple[str, tuple[Problem, ...]]:
    """The text and what keeps it from being parsed; the text is only worth parsing when nothing does."""
    if isinstance(source, bytes):
        if len(source) > BYTES:
            return "", (_too_big(len(source)),)
        try:
            text = source.decode("utf-8")
        except UnicodeDecodeError as error:
            before = source[: error.start].decode("utf-8", "replace")
            at = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
            return "", (Problem("not-utf-8", "This is not UTF-8 text. Save the file as UTF-8.", at),)
    else:
        text = source
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if size > BYTES:
            return "", (_too_big(size),)
    for what, limit, count in (("lines", LINES, text.count("\n")), ("words", WORDS, len(text.split()))):
        if count > limit:
            message = f"A definition may have {limit:,} {what}; this one has {count:,}. Take something out."
            return text, (Problem("too-big", message, NOWHERE),)
    return text, tuple(_lines(text))


def _too_big(size: int) -> Problem:
    return Problem(
        "too-big", f"A definition may have {BYTES:,} bytes; this one has {size:,}. Take something out.", NOWHERE
    )


def _lines(text: str) -> list[Problem]:
    problems: list[Problem] = []
    counts: dict[str, int] = {}

    def report(code: str, message: str, line: int, column: int) -> None:
        counts[code] = counts.get(code, 0) + 1
        if counts[code] <= REPORTED:
            problems.append(Problem(code, message, Position(line, column)))

    invisible = _invisible()
    for number, line in enumerate(_BREAKS.split(text), 1):
        if len(line) > LINE:
            report(
                "long-line",
                f"A line may have {LINE} characters; this one has {len(line)}. Break it in two.",
                number,
                LINE + 1,
            )
        for match in _TAB.finditer(line):
            report(
                "tab",
                "Here stands a tab. Use spaces instead; a tab looks like any number of them.",
                number,
                match.start() + 1,
            )
        for match in invisible.finditer(line):
            name = f"U+{ord(match.group()[0]):04X}"
            report(
                "invisible", f"Here stands a character nobody can see ({name}). Delete it.", number, match.start() + 1
            )
        if line.count("[") + line.count("{") > BRACKETS:
            report("brackets", f"A line may open {BRACKETS} brackets. Write one thing per line.", number, 1)
        if line.startswith("%"):
            report("directive", "A line cannot begin with %. Delete this line.", number, 1)
    return problems
