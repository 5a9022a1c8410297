"""What can be written in a definition and what it means: for completion and help in the editor."""

from __future__ import annotations

from functools import cache
from typing import Any

from webapp.queries.lifecycles import vocabulary
from workflow.reading import schema
from workflow.vocabulary import Fact

SAYS = {
    "format": "The language this file is written in.",
    "lifecycle": "Which vocabulary it uses.",
    "name": "What people call the thing.",
    "first_status": "Where every new one begins.",
    "roles": "Words for “who”: each tied to a permission, a signed link or the clock.",
    "roles.*.label": "What people read for this role.",
    "roles.*.permission": "Everybody who holds this permission has the role.",
    "roles.*.and": "A guard that must hold besides the permission.",
    "roles.*.link": "Whoever came by a signed link has the role.",
    "roles.*.clock": "true: the clockwork itself, for timers that press a button.",
    "statuses": "Where an order can be, in the order of the board.",
    "statuses.*.label": "What people read for this status.",
    "statuses.*.kind": "What programs ask for instead of the name.",
    "statuses.*.color": "The colour of its badge.",
    "statuses.*.help": "A sentence for who wonders what it means.",
    "statuses.*.may_edit": "Who may change what while the order is here. Whoever is not named may change nothing.",
    "statuses.*.final": "true: nothing leads out of it.",
    "guards": "Tests, and the sentence said when one fails.",
    "guards.*.check": "The test itself, in the language of tests.",
    "guards.*.otherwise": "The sentence said when the test fails; {item.name} stands for the value that failed.",
    "transitions": "Buttons, in the order people see them.",
    "transitions.*.label": "What stands on the button.",
    "transitions.*.from": "The statuses in which the button is shown.",
    "transitions.*.to": "The status it leads to.",
    "transitions.*.by": "Who may press it: one of these roles. For anybody else it is not shown.",
    "transitions.*.needs": "Guards that must all hold. Otherwise the button is grey and says every reason.",
    "transitions.*.ask": "What whoever presses it is asked.",
    "transitions.*.ask.*.label": "The question.",
    "transitions.*.ask.*.kind": "How it is answered.",
    "transitions.*.ask.*.required": "true: it must be answered.",
    "transitions.*.ask.*.choices": "The answers there are: the stored word, and what people read.",
    "transitions.*.ask.*.help": "A line below the question.",
    "transitions.*.set": "Facts written with the change: a value, now, another fact or an answer.",
    "transitions.*.lines": "What becomes of the item lines.",
    "transitions.*.do": "Effects performed with the change.",
    "transitions.*.notify": "Messages sent after the change, and to whom.",
    "transitions.*.look": "How the button looks.",
    "transitions.*.confirm": "Asked before it is done.",
    "transitions.*.help": "What the button is for.",
    "automatic": "What happens by itself after every save and every button: top to bottom, the first that fits.",
    "automatic.*.from": "The statuses it leads out of.",
    "automatic.*.to": "The status it leads to.",
    "automatic.*.when": "Guards that must all hold.",
    "automatic.*.unless": "Guards of which none may hold.",
    "automatic.*.note": "Written into the history.",
    "automatic.*.set": "Facts written with the change.",
    "automatic.*.do": "Effects performed with the change.",
    "automatic.*.notify": "Messages sent after the change, and to whom.",
    "when_changed": "Messages about changes that move no status, by the field that was changed.",
    "timers": "What falls due by time alone.",
    "timers.*.in": "The statuses in which it counts.",
    "timers.*.after": "How long after the order came into the status: 2 days, 3 hours.",
    "timers.*.at": "A fact that holds the time.",
    "timers.*.plus": "How much later than that.",
    "timers.*.take": "The button it presses.",
    "timers.*.by": "As whom it presses the button.",
    "timers.*.notify": "Messages it sends, and to whom.",
    "promises": "What must hold whatever anybody does; proved before publishing.",
    "promises.*.says": "The promise in a sentence.",
    "promises.*.never": "An order is never in one of these statuses when, or unless, a guard holds.",
    "promises.*.never.status": "The statuses.",
    "promises.*.never.unless": "… unless all these guards hold.",
    "promises.*.never.when": "… when all these guards hold.",
    "promises.*.without_pressing": "… as long as nobody presses these buttons.",
    "promises.*.without": "… when nobody of this role does anything.",
    "promises.*.never_reach": "None of these statuses is ever reached.",
    "promises.*.always_reach": "From everywhere one of these statuses can be reached.",
    "people": "Names for the people of the scenarios, and the roles they have.",
    "scenarios": "Scenarios that are played before anything is published.",
    "scenarios.says": "The scenario in a sentence.",
    "scenarios.order": "The order it begins with.",
    "scenarios.steps": "What happens, in order.",
    "scenarios.steps.by": "Who does it.",
    "scenarios.steps.save": "The fields he changes.",
    "scenarios.steps.press": "The button he presses.",
    "scenarios.steps.answers": "What he answers to its questions.",
    "scenarios.steps.wait": "Time that passes: 2 days.",
    "scenarios.steps.then": "The status the order must be in afterwards.",
    "scenarios.steps.refused": "What must refuse it: a guard, status, by, answer or may_edit.",
}
"""By the path of the key; a name people choose is `*`."""

NAMES = {
    "first_status": "statuses", "from": "statuses", "to": "statuses", "in": "statuses", "status": "statuses",
    "never_reach": "statuses", "always_reach": "statuses", "then": "statuses",
    "and": "guards", "needs": "guards", "when": "guards", "unless": "guards", "refused": "guards",
    "by": "roles", "without": "roles", "may_edit": "roles",
    "take": "transitions", "press": "transitions", "without_pressing": "transitions",
}  # fmt: skip
"""Of which section the names are that a key takes."""


@cache
def words() -> dict[str, Any]:
    """Everything the editor completes from and explains, as plain data."""
    known = vocabulary()
    labels = {
        **known.permissions,
        **known.audiences,
        **{name: message.label for name, message in known.messages.items()},
        **{name: effect.label for name, effect in known.effects.items()},
    }
    return {
        "schema": schema(known),
        "says": SAYS,
        "names": NAMES,
        "labels": labels,
        "fields": {name: field.label for name, field in known.fields.items()},
        "facts": [
            {"name": f"{prefix}{name}", "label": fact.label, "type": typed(fact), "list": fact.type == "list"}
            for prefix, facts in (("", known.facts), *((f"{name}.", fact.fields) for name, fact in known.facts.items()))
            for name, fact in facts.items()
        ],
    }


def typed(fact: Fact) -> str:
    """What a fact holds, in words."""
    kind = {
        "boolean": "true or false",
        "identity": "somebody or something",
        "enumeration": f"one of {', '.join(fact.values)}",
        "list": "a list: .all(x, …), .exists(x, …)",
    }.get(fact.type, fact.type)
    return f"{kind}, may be empty" if fact.nullable else kind
