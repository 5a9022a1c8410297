"""What an element of a definition says, in a line or two of plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from webapp.queries.workflow_table.options import KIND_WORDS, Choices, notices_in_words
from webapp.queries.workflow_table.plain import rows, spoken, table, text, words
from webapp.queries.workflow_table.sheets import SHAPES, shape_of
from workflow.editing import Model

Element = Mapping[str, Model]
Telling = Callable[[Element, Choices], list[str]]


def title(section: str, name: str, value: Model, choices: Choices) -> str:
    """What an element is called where people read it."""
    if section == "when_changed":
        return choices.label("fields", name)
    if section in ("promises", "scenarios"):
        return text(table(value).get("says")) or spoken(name)
    return text(table(value).get("label")) or spoken(name)


def told(section: str, value: Model, choices: Choices) -> tuple[str, ...]:
    """What it does, a line for each thing worth reading at a glance."""
    if section == "people":
        return (f"Is {listed(choices.labels('roles', value))}.",)
    if section == "when_changed":
        return tuple(notices_in_words(choices, value))
    return tuple(line for line in TELLINGS[section](table(value), choices) if line)


def listed(labels: list[str], last: str = "and") -> str:
    """One, two and three."""
    if len(labels) < 2:
        return labels[0] if labels else "nobody"
    return f"{', '.join(labels[:-1])} {last} {labels[-1]}"


def _status(one: Element, choices: Choices) -> list[str]:
    edits = [
        f"{choices.label('roles', role)}: {', '.join(choices.labels('fields', fields))}"
        for role, fields in table(one.get("may_edit")).items()
        if words(fields)
    ]
    kind = KIND_WORDS.get(text(one.get("kind")), (text(one.get("kind")) or "No kind", ""))[0]
    return [
        f"{kind}{', final' if one.get('final') is True else ''}. {text(one.get('help'))}".strip(),
        f"May change: {'; '.join(edits)}." if edits else "Nobody may change anything here.",
    ]


def _transition(one: Element, choices: Choices) -> list[str]:
    needs = choices.labels("guards", one.get("needs"))
    asks = [text(table(each).get("label")) or spoken(name) for name, each in table(one.get("ask")).items()]
    return [
        f"{listed(choices.labels('statuses', one.get('from')), 'or')} → {choices.label('statuses', text(one.get('to')))}",
        f"Pressed by {listed(choices.labels('roles', one.get('by')), 'or')}.",
        f"Needs: {', '.join(needs)}." if needs else "",
        f"Asks: {', '.join(asks)}." if asks else "",
        *(f"Sends: {line}" for line in notices_in_words(choices, one.get("notify"))),
    ]


def conditions(one: Element, choices: Choices) -> str:
    """When an automatic rule fits."""
    when = choices.labels("guards", one.get("when"))
    unless = choices.labels("guards", one.get("unless"))
    parts = [f"when {listed([f'“{word}”' for word in when])} is fulfilled"] if len(when) == 1 else []
    if len(when) > 1:
        parts = [f"when {listed([f'“{word}”' for word in when])} are fulfilled"]
    if unless:
        parts.append(f"unless {listed([f'“{word}”' for word in unless], 'or')} is fulfilled")
    return ", ".join(parts) or "always"


def _automatic(one: Element, choices: Choices) -> list[str]:
    return [
        f"{listed(choices.labels('statuses', one.get('from')), 'or')} → {choices.label('statuses', text(one.get('to')))}",
        f"{conditions(one, choices).capitalize()}.",
        text(one.get("note")),
        *(f"Sends: {line}" for line in notices_in_words(choices, one.get("notify"))),
    ]


def _guard(one: Element, _choices: Choices) -> list[str]:
    return [f"“{text(one.get('otherwise'))}”"]


def _role(one: Element, choices: Choices) -> list[str]:
    if one.get("clock") is True:
        return ["The clock, when a timer falls due."]
    if text(one.get("link")):
        return [f"Whoever holds a signed link: {choices.label('links', text(one.get('link'))).lower()}."]
    permission = text(one.get("permission"))
    if not permission:
        return ["Nobody: no permission is chosen."]
    narrowed = text(one.get("and"))
    besides = f", if “{choices.label('guards', narrowed)}” is fulfilled" if narrowed else ""
    return [f"Everybody with the permission “{choices.label('permissions', permission)}”{besides}."]


def _timer(one: Element, choices: Choices) -> list[str]:
    at, plus = text(one.get("at")), text(one.get("plus"))
    when = f"{choices.label('times', at)}{f' plus {plus}' if plus else ''}" if at else ""
    taken = text(one.get("take"))
    return [
        f"In {listed(choices.labels('statuses', one.get('in')), 'or')}: "
        + (f"at {when}." if when else f"after {text(one.get('after')) or 'a while'}."),
        f"Presses “{choices.label('transitions', taken)}”." if taken else "",
        *(f"Sends: {line}" for line in notices_in_words(choices, one.get("notify"))),
    ]


def _promise(one: Element, choices: Choices) -> list[str]:
    never = table(one.get("never"))
    unless, when = choices.labels("guards", never.get("unless")), choices.labels("guards", never.get("when"))
    condition = (f" unless {listed(unless)} is fulfilled" if unless else "") + (
        f" while {listed(when)} is fulfilled" if when else ""
    )
    statuses = listed(choices.labels("statuses", never.get("status")), "or")
    match shape_of(dict(one)):
        case "without_pressing":
            pressed = listed(
                [f"“{label}”" for label in choices.labels("transitions", one.get("without_pressing"))], "or"
            )
            return [f"Without {pressed} an order is never in {statuses}{condition}."]
        case "never_reach":
            reached = listed(choices.labels("statuses", one.get("never_reach")), "or")
            return [
                f"Without {listed(choices.labels('roles', one.get('without')), 'or')} an order never comes to {reached}."
            ]
        case "always_reach":
            return [f"Every order can come to {listed(choices.labels('statuses', one.get('always_reach')), 'or')}."]
        case _:
            return [f"An order is never in {statuses}{condition}."]


def shape_words() -> tuple[tuple[str, str], ...]:
    """The shapes a new promise may have."""
    return tuple((shape, words_of) for shape, (words_of, _) in SHAPES.items())


def _scenario(one: Element, choices: Choices) -> list[str]:
    return [_step(step, choices) for step in rows(one.get("steps"))]


def _step(step: Element, choices: Choices) -> str:
    who = spoken(text(step.get("by"))) or "Somebody"
    if "press" in step:
        done = f"{who} presses “{choices.label('transitions', text(step.get('press')))}”"
    elif "wait" in step:
        done = (
            f"{text(step.get('wait'))} pass"
            if text(step.get("wait"))[:2] != "1 "
            else f"{text(step.get('wait'))} passes"
        )
    elif table(step.get("save")):
        done = f"{who} saves {', '.join(spoken(name).lower() for name in table(step.get('save')))}"
    else:
        done = f"{who} saves"
    if refused := words(step.get("refused")):
        return f"{done}: refused ({', '.join(spoken(name).lower() for name in refused)})"
    then = text(step.get("then"))
    return f"{done} → {choices.label('statuses', then)}" if then else f"{done}"


TELLINGS: Mapping[str, Telling] = {
    "statuses": _status,
    "transitions": _transition,
    "guards": _guard,
    "automatic": _automatic,
    "roles": _role,
    "timers": _timer,
    "promises": _promise,
    "scenarios": _scenario,
}
