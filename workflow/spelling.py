"""What somebody probably meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 60


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean “x”?` or nothing, ready to stand after a sentence."""
    if len(word) > LONGEST:
        return ""
    candidates = list(known)
    close = get_close_matches(word, candidates, n=1, cutoff=0.6)
    if not close:
        close = [each for each in candidates if each.rpartition(".")[2] == word.rpartition(".")[2]][:1]
    return f" Did you mean “{close[0]}”?" if close else ""


def shown(word: str) -> str:
    """A word of a person's text as it may stand in a sentence: short, and nothing unprintable."""
    clean = "".join(letter if letter.isprintable() else "�" for letter in word)
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"
