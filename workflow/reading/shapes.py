"""The shape of a definition, written once: the reader checks by it and the JSON schema is generated from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflow.vocabulary import COLORS, KINDS, QUESTION_KINDS

FORMAT = "fieldwright/1"
NAME = r"[a-z][a-z0-9_]{0,39}"


@dataclass(frozen=True, slots=True)
class Prose:
    """A text for people."""

    limit: int = 300


@dataclass(frozen=True, slots=True)
class Word:
    """A name that must exist: `kind` says among what; `also` are words with a meaning of their own."""

    kind: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: 2 days."""


@dataclass(frozen=True, slots=True)
class Code:
    """An expression or a sentence with values in it; read later, with types."""


@dataclass(frozen=True, slots=True)
class Many:
    """One of `of`, or a list of them without doubles."""

    of: Word
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of tables; one table may stand alone when `single`."""

    of: Keys
    single: bool = False


@dataclass(frozen=True, slots=True)
class Entries:
    """A table whose keys are names: new ones (`key` None) or existing ones of a kind."""

    of: Shape
    key: Word | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """A table with known keys."""

    required: Mapping[str, Shape] = field(default_factory=dict)
    optional: Mapping[str, Shape] = field(default_factory=dict)

    def shape(self, key: str) -> Shape | None:
        return self.required.get(key) or self.optional.get(key)


@dataclass(frozen=True, slots=True)
class TextOr:
    """A text, or a table that says more."""

    text: Code
    table: Keys


@dataclass(frozen=True, slots=True)
class Values:
    """Facts and their values, in a scenario; or answers. Read later, with types."""


Shape = Prose | Word | Choice | Flag | Duration | Code | Many | Rows | Entries | Keys | TextOr | Values

LABEL = Prose(60)
STATUSES = Many(Word("status"))
GUARDS = Many(Word("guard"), empty=True)
ROLES = Many(Word("role"), empty=True)
NOTICES = Rows(Keys(required={"message": Word("message"), "to": Many(Word("audience"))}), single=True)
SETTINGS = Entries(TextOr(Code(), Keys(required={"to": Code()}, optional={"when": Word("guard")})), Word("settable"))
EFFECTS = Many(Word("effect"), empty=True)

ROLE = Keys(
    required={"label": LABEL},
    optional={"permission": Word("permission"), "and": Word("guard"), "link": Word("link"), "clock": Flag()},
)
STATUS = Keys(
    required={"label": LABEL, "kind": Choice(KINDS), "color": Choice(COLORS)},
    optional={"help": Prose(), "may_edit": Entries(Many(Word("field"), empty=True), Word("role")), "final": Flag()},
)
GUARD = Keys(required={"check": Code(), "otherwise": Code()})
QUESTION = Keys(
    required={"label": LABEL, "kind": Choice(QUESTION_KINDS)},
    optional={"required": Flag(), "choices": Entries(LABEL), "help": Prose()},
)
TRANSITION = Keys(
    required={"label": LABEL, "from": STATUSES, "to": Word("status"), "by": ROLES},
    optional={
        "needs": GUARDS,
        "ask": Entries(QUESTION),
        "set": SETTINGS,
        "lines": Many(Word("lines verb"), empty=True),
        "do": EFFECTS,
        "notify": NOTICES,
        "look": Choice(("primary", "plain", "danger")),
        "confirm": Prose(),
        "help": Prose(),
    },
)
AUTOMATIC = Keys(
    required={"from": STATUSES, "to": Word("status")},
    optional={"when": GUARDS, "unless": GUARDS, "note": Prose(), "set": SETTINGS, "do": EFFECTS, "notify": NOTICES},
)
TIMER = Keys(
    required={"in": STATUSES},
    optional={
        "after": Duration(),
        "at": Word("time"),
        "plus": Duration(),
        "take": Word("transition"),
        "by": Word("role"),
        "notify": NOTICES,
    },
)
PROMISE = Keys(
    required={"says": Prose()},
    optional={
        "never": Keys(required={"status": STATUSES}, optional={"unless": GUARDS, "when": GUARDS}),
        "without_pressing": Many(Word("transition")),
        "without": ROLES,
        "never_reach": STATUSES,
        "always_reach": STATUSES,
    },
)
STEP = Keys(
    optional={
        "by": Word("person"),
        "save": Values(),
        "press": Word("transition"),
        "answers": Values(),
        "wait": Duration(),
        "then": Word("status"),
        "refused": Many(Word("guard", also=("status", "by", "answer", "may_edit"))),
    }
)
SCENARIO = Keys(required={"says": Prose(), "order": Values(), "steps": Rows(STEP)})

DEFINITION = Keys(
    required={
        "format": Choice((FORMAT,)),
        "lifecycle": Word("lifecycle"),
        "name": LABEL,
        "first_status": Word("status"),
        "roles": Entries(ROLE),
        "statuses": Entries(STATUS),
        "transitions": Entries(TRANSITION),
    },
    optional={
        "guards": Entries(GUARD, empty=True),
        "automatic": Entries(AUTOMATIC, empty=True),
        "when_changed": Entries(NOTICES, Word("field"), empty=True),
        "timers": Entries(TIMER, empty=True),
        "promises": Entries(PROMISE, empty=True),
        "people": Entries(Many(Word("role")), empty=True),
        "scenarios": Rows(SCENARIO),
    },
)
