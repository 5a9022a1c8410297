"""What the table view asks of each part of a definition: one sheet per section, one field per key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from workflow.editing import Model

Control = Literal["line", "lines", "code", "flag", "one", "many", "matrix", "questions", "settings", "notices"]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked: `key` is its dotted place in the element, `source` names what may be chosen; `quiet` stands under "More"."""

    key: str
    label: str
    control: Control
    source: str = ""
    help: str = ""
    required: bool = False
    quiet: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(self.key.split(".")) if self.key else ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One section: `one` is what an element is called, `titled` the key its name is made from (empty: it is asked for)."""

    section: str
    title: str
    one: str
    intro: str
    parts: tuple[Part, ...]
    titled: str = ""
    fresh: Mapping[str, Model] | None = None
    """What a new element begins with; None where none can be added here."""


NOTIFY = Part("notify", "Messages sent", "notices", quiet=True)
SET = Part("set", "Dates it writes down", "settings", quiet=True)
DO = Part("do", "What happens with it", "many", "effects", quiet=True)
AFTER = "In words: 2 days, 1 hour, 3 weeks."

SHEETS: Mapping[str, Sheet] = {
    sheet.section: sheet
    for sheet in (
        Sheet(
            "statuses",
            "Statuses",
            "status",
            "Where an order can be, in the order of the board, and who may change what there.",
            (
                Part("label", "Label", "line", required=True, help="What people read on the badge."),
                Part("kind", "Kind", "one", "kinds", required=True, help="Lists and My Day go by the kind, never by the name."),
                Part("color", "Colour", "one", "colors", required=True),
                Part("help", "What it means", "line", help="A sentence for people who see this status."),
                Part("final", "Final: no button leads out of it", "flag"),
                Part("may_edit", "Who may change what while an order is here", "matrix"),
            ),
            titled="label",
            fresh={"kind": "held", "color": "orange"},
        ),
        Sheet(
            "transitions",
            "Buttons",
            "button",
            "What people press, in the order they see it.",
            (
                Part("label", "Label", "line", required=True, help="What stands on the button."),
                Part("from", "Shown in", "many", "statuses", required=True),
                Part("to", "Leads to", "one", "statuses", required=True),
                Part("by", "Who may press it", "many", "roles", help="Nobody else sees the button."),
                Part("needs", "What must be fulfilled", "many", "guards", help="While one is not, the button is grey and says the sentence."),
                Part("ask", "What it asks", "questions"),
                Part("look", "Look", "one", "looks", quiet=True),
                Part("confirm", "Question before it is done", "line", quiet=True, help="Empty: it is done at once."),
                Part("help", "What it means", "line", quiet=True),
                SET,
                Part("lines", "What becomes of the quantities", "many", "lines", quiet=True),
                DO,
                NOTIFY,
            ),
            titled="label",
            fresh={},
        ),
        Sheet(
            "guards",
            "Tests",
            "test",
            "What buttons and automatic rules ask, and the sentence said when the answer is no.",
            (
                Part("otherwise", "Sentence when it is not fulfilled", "lines", required=True, help="Say what to do. A value stands in braces: {order.photos}."),
                Part("check", "Test", "code", required=True, help="Fulfilled when this is true."),
            ),
            fresh={},
        ),
        Sheet(
            "automatic",
            "By itself",
            "automatic rule",
            "Looked at after every save and every button, from top to bottom: the first rule that fits is taken.",
            (
                Part("from", "Out of", "many", "statuses", required=True),
                Part("to", "Leads to", "one", "statuses", required=True),
                Part("when", "When all of these are fulfilled", "many", "guards"),
                Part("unless", "Unless one of these is fulfilled", "many", "guards"),
                Part("note", "Note in the history", "line", help="Why the order moved by itself."),
                SET,
                DO,
                NOTIFY,
            ),
            fresh={},
        ),
        Sheet(
            "roles",
            "Who",
            "role",
            "Words for who may press and change. Each is tied to a permission; a test may narrow it.",
            (
                Part("label", "Label", "line", required=True, help="As in a sentence: “the office”, “a supervisor”."),
                Part("permission", "Everybody with the permission", "one", "permissions"),
                Part("and", "… for whom this is fulfilled too", "one", "guards"),
                Part("link", "Or whoever holds a signed link", "one", "links", quiet=True),
                Part("clock", "Or the clock itself", "flag", quiet=True),
            ),
            titled="label",
            fresh={},
        ),
        Sheet(
            "timers",
            "By time",
            "timer",
            "What falls due when time passes and nobody does anything.",
            (
                Part("in", "While an order is in", "many", "statuses", required=True),
                Part("after", "After it was there for", "line", help=AFTER),
                Part("at", "Or at the time of", "one", "times"),
                Part("plus", "… plus", "line", help=AFTER),
                Part("notify", "Messages sent", "notices"),
                Part("take", "Button that is pressed", "one", "transitions", quiet=True),
                Part("by", "In the name of", "one", "roles", quiet=True),
            ),
            fresh={},
        ),
        Sheet(
            "when_changed",
            "On changes",
            "notice",
            "Messages about changes that move no status.",
            (Part("", "Messages sent", "notices"),),
            fresh={},
        ),
        Sheet(
            "promises",
            "Promises",
            "promise",
            "What must hold whatever anybody does. It is proved before anything is published.",
            (),
            fresh={},
        ),
        Sheet(
            "people",
            "People",
            "person",
            "Who plays in the scenarios, and what each of them is.",
            (Part("", "Is", "many", "roles", required=True),),
            fresh={},
        ),
        Sheet(
            "scenarios",
            "Scenarios",
            "scenario",
            "Played before anything is published. New ones are kept from “Try it”.",
            (Part("says", "What it shows", "lines", required=True),),
        ),
    )
}  # fmt: skip

ABOUT = Sheet(
    "",
    "The workflow",
    "workflow",
    "",
    (
        Part("name", "Name", "line", required=True),
        Part("first_status", "Status of a new order", "one", "statuses", required=True),
    ),
)
"""What belongs to no section."""

SAYS = Part("says", "In words", "lines", required=True, help="The promise as people should read it.")
_NEVER = (
    Part("never.status", "An order is never in", "many", "statuses", required=True),
    Part("never.unless", "… unless this is fulfilled", "many", "guards"),
    Part("never.when", "… while this is fulfilled", "many", "guards"),
)
SHAPES: Mapping[str, tuple[str, tuple[Part, ...]]] = {
    "never": ("Something is never so", _NEVER),
    "without_pressing": (
        "Something is never so without a button",
        (Part("without_pressing", "Without one of these pressed", "many", "transitions", required=True), *_NEVER),
    ),
    "never_reach": (
        "Only somebody can bring it there",
        (
            Part("without", "Without", "many", "roles", required=True),
            Part("never_reach", "… an order never comes to", "many", "statuses", required=True),
        ),
    ),
    "always_reach": (
        "It can always come to an end",
        (Part("always_reach", "Every order can come to one of", "many", "statuses", required=True),),
    ),
}
"""The shapes a promise may have: what each is called, and what it asks."""


def shape_of(value: Model) -> str:
    """The shape of a promise as it stands in a text."""
    keys = value if isinstance(value, dict) else {}
    if "without_pressing" in keys:
        return "without_pressing"
    if "without" in keys or "never_reach" in keys:
        return "never_reach"
    return "always_reach" if "always_reach" in keys else "never"


def sheet_of(section: str, value: Model = None, shape: str = "") -> Sheet:
    """The sheet an element is edited by; a promise's depends on its shape."""
    sheet = SHEETS[section] if section else ABOUT
    if section != "promises":
        return sheet
    chosen = shape if shape in SHAPES else shape_of(value)
    return replace(sheet, parts=(SAYS, *SHAPES[chosen][1]))
