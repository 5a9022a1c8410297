"""The shipped life of a work order with random mistakes in it, as many as wanted, the same for the same seed."""

import random
import re

from tests.definitions.defects import SHIPPED

LIFE = SHIPPED[: SHIPPED.index("# People for the scenarios")]
"""Without the scenarios, which are longer than the rest and change nothing for a proof."""

STATUSES = ("unassigned", "waiting_approval", "pending", "ongoing", "paused", "waiting_review", "completed", "billed",
            "cancelled")  # fmt: skip
ROLES = ("supervisor", "office", "creator", "technician", "billing", "customer")
GUARDS = ("technician_assigned", "work_has_not_begun", "work_has_begun", "within_limits", "quantities_allowed",
          "asked_quantities_set_by_others", "used_filled_in", "used_within_quantities", "worked_on_by_others")  # fmt: skip
FIELDS = ("technician", "due_date", "quantities", "used", "type", "unit", "notes")
EFFECTS = ("approve_what_is_over", "lower_to_what_is_covered", "count_as_worker", "stamp_unit")
FACTS = ("item.quantity", "item.used", "item.approval_quantity_limit", "item.approved_quantity")
SIGNS = ("==", "!=", "<=", ">=", "<", ">")
FAMILIES = (STATUSES, ROLES, GUARDS, FIELDS, EFFECTS, FACTS, SIGNS, ("&&", "||"), ("all", "exists"), ("when", "unless"))
PIECES = ("", " ", "x", ":", "\n", "[", "}", "'", "0", "null", "#", "- ", "&", "*", "true", "é", "\t")


def mutated(seed: int, text: str = LIFE) -> str:
    """The text with one to three mistakes; most of them can still be read."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        text = chance.choices((_swapped, _without_block, _without_word, _doubled, _damaged), (6, 2, 2, 1, 1))[0](
            text, chance
        )
    return text


def _swapped(text: str, chance: random.Random) -> str:
    """One word in the place of another of its family."""
    family = chance.choice(FAMILIES)
    spelled = "|".join(re.escape(word) for word in family)
    places = list(re.finditer(rf"(?<![\w.])(?:{spelled})(?![\w.])", text))
    if not places:
        return text
    place = chance.choice(places)
    return text[: place.start()] + chance.choice(family) + text[place.end() :]


def _without_block(text: str, chance: random.Random) -> str:
    """One entry left out, with everything under it."""
    lines = text.split("\n")
    begins = [number for number, line in enumerate(lines) if re.match(r"\s{2,4}\w", line)]
    begin = chance.choice(begins)
    depth = len(lines[begin]) - len(lines[begin].lstrip())
    end = begin + 1
    while end < len(lines) and lines[end].strip() and len(lines[end]) - len(lines[end].lstrip()) > depth:
        end += 1
    return "\n".join(lines[:begin] + lines[end:])


def _without_word(text: str, chance: random.Random) -> str:
    """One word of a list left out."""
    places = list(re.finditer(r"\w+, (?=\w)", text))
    place = chance.choice(places)
    return text[: place.start()] + text[place.end() :]


def _doubled(text: str, chance: random.Random) -> str:
    """One line twice, the second under another name where it has one."""
    lines = text.split("\n")
    number = chance.randrange(len(lines))
    return "\n".join([*lines[: number + 1], lines[number].replace(":", "_too:", 1), *lines[number + 1 :]])


def _damaged(text: str, chance: random.Random) -> str:
    """Some letters lost, or others in their place."""
    begin = chance.randrange(len(text))
    return text[:begin] + chance.choice(PIECES) + text[begin + chance.randint(0, 20) :]
