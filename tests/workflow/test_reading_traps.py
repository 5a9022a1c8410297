"""Texts that mislead people or programs: each is refused with an answer of its own."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.parcels import DEFINITION_TEXT, VOCABULARY, codes, instead, problems
from workflow.problems import Position
from workflow.reading import check

LABEL = "    label: Open\n"
BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))

TRAPS = {
    "a key that stands twice": (instead(LABEL, LABEL + "    label: Shut\n"), "duplicate-key", "already in line 14"),
    "a section that stands twice": (DEFINITION_TEXT + "people: {bob: packer}\n", "duplicate-key", "Keep one"),
    "no, which is false to some": (instead("label: Open\n", "label: no\n"), "ambiguous-word", "in quotes: 'no'"),
    "On, which is true to some": (instead("label: Open\n", "label: On\n"), "ambiguous-word", "'On'"),
    "True with a capital": (instead("final: true", "final: True"), "ambiguous-word", "Write true, false"),
    "null, which is nothing": (instead("label: Open\n", "label: null\n"), "ambiguous-word", "in quotes"),
    "12:30, which is 750 to some": (instead("label: Open\n", "label: 12:30\n"), "ambiguous-number", "'12:30'"),
    "010, which is 8 to some": (instead("label: Open\n", "label: 010\n"), "ambiguous-number", "'010'"),
    "1_000, which is 1000 to some": (instead("label: Open\n", "label: 1_000\n"), "ambiguous-number", "in quotes"),
    "1e3": (instead("label: Open\n", "label: 1e3\n"), "ambiguous-number", "in quotes"),
    "a day that does not exist": (instead("label: Open\n", "label: 2026-99-99\n"), "not-a-date", "no such day"),
    "an alias bomb": (BOMB, "anchor", "Leave the anchor out"),
    "an alias": ("a: *b\n", "alias", "in quotes"),
    "a tag": ("a: !!python/object:os.system x\n", "tag", "Leave the tag out"),
    "a merge": ("<<: {a: b}\n", "merge", "Write the keys out"),
    "a directive": ("%YAML 1.1\n---\na: b\n", "directive", "Delete this line"),
    "a second document": (DEFINITION_TEXT + "---\na: b\n", "second-document", "one definition"),
    "a comment that eats a text": (instead("label: Open\n", "label: Part #5\n"), "lost-comment", "#5"),
    "a comment that is only a number": (instead("label: Open\n", "label: Part # 5\n"), "lost-comment", "# 5"),
    "a comment that eats a bracket": (instead("label: Waiting, ", "label: Part #5, "), "lost-comment", "#5, kind"),
    "five thousand brackets": ("[" * 5000, "brackets", "30 brackets"),
    "brackets line by line": (("[" * 30 + "\n") * 100, "too-deep", "flatter"),
    "a tab": ("a:\n\tb: c\n", "tab", "spaces"),
    "an invisible character": (instead("label: Open\n", "label: Op\u200ben\n"), "invisible", "U+200B"),
    "text that runs backwards": (instead("label: Open\n", "label: \u202enepO\n"), "invisible", "U+202E"),
    "a space that is none": (instead("label: Open\n", "label: Open\u00a0now\n"), "invisible", "U+00A0"),
    "a byte order mark": ("\ufeff" + DEFINITION_TEXT, "invisible", "U+FEFF"),
    "half a character": (instead("label: Open\n", "label: \ud800\n"), "invisible", "Delete it"),
    "a line without end": ("# " + "x" * 600 + "\n", "long-line", "500 characters"),
    "too many bytes": ("x" * 200_001, "too-big", "200,000"),
    "too many lines": ("\n" * 20_000, "too-big", "lines"),
    "too many values": ("a: [" + ",\n".join("1" for _ in range(6_000)) + "]", "too-many", "5,000"),
    "bytes that are no UTF-8": (b"a: b\nc: \xff\n", "not-utf-8", "Save the file as UTF-8"),
    "nothing at all": ("# only a comment\n", "empty", "format: fieldwright/1"),
    "a quotation mark never closed": ("a: 'b\n", "not-yaml", "never closed"),
    "a colon inside a text": ("a: b: c\n", "not-yaml", "quotes"),
    "a bracket never closed": ("a: [b, c\n", "not-yaml", "]"),
    "a list as a key": ("? [a, b]\n: c\n", "key", "one word"),
    "a text instead of a definition": ("hello\n", "wrong-kind", "format: fieldwright/1"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_has_an_answer_of_its_own(trap: str) -> None:
    text, code, saying = TRAPS[trap]
    found = problems(text)
    assert code in [problem.code for problem in found]
    assert saying in next(problem.message for problem in found if problem.code == code)


def test_the_untouched_definition_has_no_problem() -> None:
    assert problems(DEFINITION_TEXT) == ()


def test_quotes_make_ambiguous_words_plain_texts() -> None:
    for word in ("no", "12:30", "010", "2026-99-99", "Part #5"):
        assert codes(instead("label: Open\n", f"label: '{word}'\n")) == []


def test_a_comment_with_a_space_after_its_sign_is_a_comment() -> None:
    assert codes(instead("label: Open\n", "label: Open # not yet packed\n")) == []


def test_windows_line_ends_change_nothing() -> None:
    assert codes(DEFINITION_TEXT.replace("\n", "\r\n")) == []


def test_bytes_and_text_are_read_alike() -> None:
    assert codes(DEFINITION_TEXT.encode()) == []


def test_a_problem_stands_where_the_mistake_is() -> None:
    text = instead("    color: grey\n", "    color: gray\n")
    line = text[: text.index("color: gray")].count("\n") + 1
    (problem,) = problems(text)
    assert problem.at == Position(line, 12)
    assert "Did you mean “grey”?" in problem.message


def test_every_mistake_is_told_not_only_the_first() -> None:
    text = (
        instead("kind: queue", "kind: quee").replace("label: Pack,", "lable: Pack,").replace("to: sent\n", "to: snet\n")
    )
    assert codes(text) == ["unknown-value", "missing-key", "unknown-key", "unknown-status"]


SLOW = {
    "brackets": ("[" * 30 + "\n") * 6_000,
    "plain words": "a: " + ("x " * 248 + "\n  ") * 390,
    "quoted": "a: '" + ("x'' " * 120 + "\n  ") * 390 + "'",
    "tests": "guards:\n"
    + "".join(f"  g{i}: {{check: '{'order.size == null && ' * 16}true', otherwise: x}}\n" for i in range(450)),
    "names": "statuses:\n"
    + "".join(f"  s{i}: {{label: x}}\n" for i in range(500))
    + "transitions:\n  a: {from: ["
    + ",\n".join(f"t{i}" for i in range(2_000))
    + "]}\n",
    "blank lines": "a: 1\n" + "\n" * 190_000,
    "invisible": "\u200b\n" * 50_000,
}


@pytest.mark.parametrize("kind", SLOW)
def test_no_text_can_make_the_reader_slow(kind: str) -> None:
    """About 0.2 s alone on the machine this was written on; the bound leaves room for a busy one."""
    begin = time.process_time()
    assert problems(SLOW[kind])
    assert time.process_time() - begin < 2.0


PIECES = st.sampled_from(
    [
        *DEFINITION_TEXT.splitlines(keepends=True),
        "- ",
        ": ",
        "\n",
        "  ",
        "[",
        "]",
        "{",
        "}",
        "'",
        '"',
        "|",
        ">",
        "? ",
        "#",
        ",",
        "\\x4",
        "!a ",
        "&a ",
        "*a ",
        "---\n",
        "...\n",
        "%",
        "@",
        "`",
    ]
)


@given(st.text(max_size=200) | st.binary(max_size=200) | st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=250, deadline=None)
def test_the_reader_answers_any_text(text: str | bytes) -> None:
    report = check(text, VOCABULARY, play=False)
    assert report.definition is not None or not report.ok


@given(
    st.integers(0, len(DEFINITION_TEXT)),
    st.integers(1, 40),
    st.sampled_from(["", " ", "x", ":", "\n", "[", "}", "'", "0", "null"]),
)
@settings(max_examples=250, deadline=None)
def test_a_damaged_definition_is_answered_with_places_inside_it(begin: int, length: int, put: str) -> None:
    text = DEFINITION_TEXT[:begin] + put + DEFINITION_TEXT[begin + length :]
    lines = text.split("\n")
    for problem in check(text, VOCABULARY, play=False).problems:
        assert 1 <= problem.at.line <= len(lines) + 1
        assert problem.message.endswith((".", "?", "'", "…", ")"))
