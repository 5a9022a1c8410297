"""When two spellings are the same word to a search: the same on every database, for every script."""

from __future__ import annotations

import unicodedata

DOT_ABOVE = "\N{COMBINING DOT ABOVE}"
"""What is left of a Turkish İ beside its i; nobody types it."""


def fold(text: str) -> str:
    """The text without capitals, as it is kept and as it is searched.

    Unicode's full case folding (The Unicode Standard, 3.13) between two normalisations: "ÅSA", "Åsa" and an A with a
    separate ring are one word; "Straße" is found as "STRASSE" too.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace(DOT_ABOVE, "")
    return unicodedata.normalize("NFKC", folded)
