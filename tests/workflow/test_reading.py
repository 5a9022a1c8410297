"""Names, keys and kinds: what a definition mentions must exist, and what it says must be meant."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.parcels import DEFINITION_TEXT, VOCABULARY, VOCABULARY_TEXT, codes, instead, problems
from workflow.errors import Unsound
from workflow.expressions import evaluate
from workflow.reading import read, read_vocabulary

DEFINITIONS = Path(__file__).parents[2] / "definitions"

MISTAKES = {
    "an unknown first status": ("first_status: open", "first_status: opne", "unknown-status", "“open”"),
    "an unknown permission": ("permission: parcels.send}", "permission: parcels.sent}", "unknown-permission", "“parcels.send”"),
    "an unknown guard of a role": ("and: is_the_packer", "and: is_the_paker", "unknown-guard", "“is_the_packer”"),
    "an unknown link": ("link: receiver", "link: recever", "unknown-link", "“receiver”"),
    "an unknown role": ("by: sender\n", "by: sneder\n", "unknown-role", "“sender”"),
    "an unknown role in may_edit": ("may_edit: {sender:", "may_edit: {sendr:", "unknown-role", "“sender”"),
    "an unknown field": ("[size, packer, quantities]", "[size, packr, quantities]", "unknown-field", "“packer”"),
    "an unknown field in when_changed": ("  packer: [{message", "  pakcer: [{message", "unknown-field", "“packer”"),
    "an unknown status to go to": ("to: sent\n", "to: snt\n", "unknown-status", "“sent”"),
    "an unknown status to come from": ("from: [packing, waiting]", "from: [packing, waitin]", "unknown-status", "“waiting”"),
    "an unknown guard needed": ("needs: within_limits", "needs: within_limit", "unknown-guard", "“within_limits”"),
    "an unknown lines verb": ("lines: lift_limits", "lines: lift_limit", "unknown-lines-verb", "“lift_limits”"),
    "a do effect as lines verb": ("lines: lift_limits", "lines: weigh", "unknown-lines-verb", "lift_limits"),
    "an unknown effect": ("do: count_worker", "do: count_workers", "unknown-effect", "“count_worker”"),
    "an unknown message": ("{message: ParcelPacked, to: sender}", "{message: ParcelPackt, to: sender}", "unknown-message", "“ParcelPacked”"),
    "an unknown audience": ("{message: ParcelPacked, to: sender}", "{message: ParcelPacked, to: sendr}", "unknown-audience", "“sender”"),
    "an audience a message cannot reach": ("{message: ParcelPacked, to: sender}", "{message: ParcelPacked, to: receiver}", "audience", "can go to: sender"),
    "a fact that may not be set": ("set: {packed_at: now}", "set: {weight: 3}", "unknown-settable", "There are"),
    "a setting that may be empty": ("set: {packed_at: now}", "set: {packed_at: 3}", "type", "is a time"),
    "an unknown answer": ("note: answer.why", "note: answer.whi", "unknown-fact", "“answer.why”"),
    "an unknown time": ("at: order.due,", "at: order.duo,", "unknown-time", "“order.due”"),
    "an unknown transition taken": ("take: pack,", "take: pak,", "unknown-transition", "“pack”"),
    "a length of time that is none": ("after: 2 days", "after: two days", "duration", "2 days"),
    "an unknown transition in a promise": ("without_pressing: send", "without_pressing: sent", "unknown-transition", "“send”"),
    "an unknown person": ("{by: sam, press: send", "{by: som, press: send", "unknown-person", "“sam”"),
    "an unknown role of a person": ("people: {ann: packer,", "people: {ann: paker,", "unknown-role", "“packer”"),
    "an unknown fact in a scenario": ("order: {size: small", "order: {sice: small", "unknown-fact", "“size”"),
    "an impossible value in a scenario": ("order: {size: small", "order: {size: smal", "value", "“small”"),
    "an unknown field of a record": ("{name: Cup, quantity: 3,", "{name: Cup, quantty: 3,", "unknown-fact", "“quantity”"),
    "a number that is none": ("{name: Cup, quantity: 3,", "{name: Cup, quantity: three,", "value", "such as 3"),
    "a person in a scenario who is none": ("save: {packer: ann,", "save: {packer: annn,", "value", "“ann”"),
    "an unknown fact in a test": ("order.packer == actor.id", "order.paker == actor.id", "unknown-fact", "“order.packer”"),
    "an untested empty fact": ("actor.id != null && order.packer == actor.id", "order.packer == actor.id", "null-untested", "Test one first"),
    "a test that is no test": ("check: actor.id != null && order.packer == actor.id", "check: order.weight + 1", "type", "true or false"),
    "an unknown fact in a sentence": ("{item.quantity} is over", "{item.quantiy} is over", "unknown-fact", "“item.quantity”"),
    "an unknown key": ("look: primary", "looks: primary", "unknown-key", "“look”"),
    "an unknown section": ("when_changed:", "when_change:", "unknown-key", "“when_changed”"),
    "an unknown look": ("look: primary", "look: primry", "unknown-value", "“primary”"),
    "a missing label": ("wait:\n    label: Wait\n", "wait:\n", "missing-key", "label"),
    "a value left out": ("name: Parcel\n", "name:\n", "empty-value", "after “name:”"),
    "a list instead of a text": ("name: Parcel\n", "name: [Parcel]\n", "wrong-kind", "one text"),
    "a name that is none": ("  has_packer:\n", "  Has-packer:\n", "name", "small letters"),
    "a status named twice": ("from: [packing, waiting]", "from: [packing, packing]", "twice", "Keep one"),
    "a role with two ways": ("link: receiver}", "link: receiver, clock: true}", "role", "exactly one"),
    "a link that edits": ("may_edit: {sender:", "may_edit: {receiver:", "role", "no person who signs in"),
    "a choice without choices": (", choices: {parts: Parts, other: Other}}", "}", "choices", "needs “choices:”"),
    "a timer with two clocks": ("after: 2 days,", "after: 2 days, at: due,", "timer", "either"),
    "a timer that does nothing": (", notify: {message: ParcelPacked, to: sender}}", "}", "timer", "does nothing"),
    "a timer pressing what it may not": ("by: [packer, clock]", "by: packer", "timer", "cannot be taken by"),
    "a promise of no shape": ("always_reach: [sent]", "without: sender", "promise", "one of these shapes"),
    "a step that does nothing": ("{by: sam, press: send, then: sent}", "{by: sam, then: sent}", "step", "exactly one of"),
    "a step by nobody": ("{by: sam, press: send, then: sent}", "{press: send, then: sent}", "step", "Who does this?"),
    "a step without outcome": ("{by: sam, press: send, then: sent}", "{by: sam, press: send}", "step", "Say what comes out"),
    "an answer nobody asked for": ("{by: sam, press: send,", "{by: sam, press: send, answers: {why: parts},", "unknown-question", "does not ask"),
    "another lifecycle": ("lifecycle: parcel", "lifecycle: letter", "unknown-lifecycle", "parcel"),
    "another format": ("format: fieldwright/1", "format: fieldwright/2", "unknown-value", "fieldwright/1"),
    "a status nobody enters": ("from: packing\n    to: waiting", "from: packing\n    to: sent", "unreachable", "“waiting”"),
    "a final status that is left": ("from: waiting, to: packing", "from: [waiting, sent], to: packing", "not-final", "leads out"),
    "a status nobody leaves": (", final: true", "", "dead-end", "final: true"),
    "a rule that never rests": ("from: open, to: packing", "from: [open, packing], to: packing", "same-status", "never rest"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_with_what_to_write_instead(mistake: str) -> None:
    old, new, code, saying = MISTAKES[mistake]
    found = problems(instead(old, new))
    assert code in [problem.code for problem in found]
    assert saying in next(problem.message for problem in found if problem.code == code)


def test_a_guard_nobody_uses_is_a_warning() -> None:
    text = instead("  is_the_packer:\n", "  spare: {check: order.urgent, otherwise: Not urgent.}\n  is_the_packer:\n")
    (problem,) = problems(text)
    assert problem.code == "unused-guard"
    assert problem.severity == "warning"


def test_a_transition_that_names_nobody_is_open_to_nobody_and_warned_about() -> None:
    assert codes(instead("by: sender\n", "by: []\n")) == ["nobody"]


def test_a_problem_in_a_folded_test_stands_in_its_own_line() -> None:
    text = instead("      item.quantity <= item.limit)", "      item.quantity <= item.limt)")
    line = text[: text.index("item.limt")].count("\n") + 1
    (problem, *_) = problems(text)
    assert (problem.at.line, problem.at.column) == (line, 24)


def test_the_definition_says_what_the_text_says() -> None:
    definition = read(DEFINITION_TEXT, VOCABULARY)
    assert list(definition.statuses) == ["open", "packing", "waiting", "sent"]
    assert definition.text == DEFINITION_TEXT
    assert definition.roles["packer"].and_guard == "is_the_packer"
    assert definition.statuses["open"].may_edit == {"sender": ("size", "packer", "quantities")}
    assert definition.transitions["pack"].from_ == ("waiting",)
    assert definition.transitions["send"].needs == ("within_limits",)
    assert definition.timers["too_long"].after == timedelta(days=2)
    assert definition.timers["due"].at_fact == "order.due"
    assert definition.timers["due"].plus == timedelta(hours=1)
    assert definition.promises["limits_hold"].without_pressing == ("send",)
    assert definition.people == {"ann": ("packer",), "sam": ("sender",)}


def test_a_bare_name_under_set_means_the_fact_of_the_order() -> None:
    definition = read(DEFINITION_TEXT, VOCABULARY)
    assert [setting.fact for setting in definition.transitions["wait"].set] == ["order.note", "order.packed_at"]
    assert definition.transitions["wait"].set[1].when == "within_limits"


def test_a_scenario_holds_values_of_the_facts_own_types() -> None:
    (scenario,) = read(DEFINITION_TEXT, VOCABULARY).scenarios
    cup = {"name": "Cup", "quantity": Decimal(3), "limit": Decimal(5)}
    assert scenario.order == {"order.size": "small", "items": (cup,)}
    assert scenario.steps[0].save == {"order.packer": "ann", "order.packer.is_trained": True}


def test_an_unsound_text_raises_with_every_problem() -> None:
    with pytest.raises(Unsound) as caught:
        read(instead("kind: queue", "kind: quee").replace("to: sent\n", "to: snt\n"), VOCABULARY)
    assert [problem.code for problem in caught.value.problems] == ["unknown-value", "unknown-status"]


def test_the_shipped_definition_is_sound() -> None:
    vocabulary = read_vocabulary((DEFINITIONS / "vocabulary.yaml").read_bytes())
    assert read((DEFINITIONS / "work_order.yaml").read_bytes(), vocabulary).lifecycle == "work_order"


def test_an_effect_of_the_vocabulary_carries_its_relations() -> None:
    (relation,) = VOCABULARY.effects["lift_limits"].relations
    assert relation.each == "items"
    assert relation.when is not None
    record = {"quantity": Decimal(9), "limit": Decimal(5)}
    assert evaluate(relation.when, {}, {}, record) is True
    assert evaluate(relation.fields["limit"], {}, {}, record) == Decimal(9)


BROKEN_VOCABULARIES = {
    "an unknown fact changed": ("changes: [order.size]", "changes: [order.sice]", "unknown-changed"),
    "an unknown permission": ("permission: parcels.send}", "permission: parcels.sent}", "unknown-permission"),
    "an enumeration without values": ("values: [small, large], ", "", "values"),
    "an unknown type": ("type: number, label: Weight", "type: nummer, label: Weight", "unknown-value"),
    "an unknown key": ("label: Note, settable: true", "label: Note, setable: true", "unknown-key"),
    "a relation of no shape": ("relations: [{add: workers, record:", "relations: [{add: workers, recrd:", "unknown-key"),
    "an unknown list": ("{add: workers,", "{add: worker,", "unknown-list"),
    "an unknown audience": ("audiences: [sender]", "audiences: [sendr]", "unknown-audience"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", BROKEN_VOCABULARIES)
def test_a_broken_vocabulary_is_refused(mistake: str) -> None:
    old, new, code = BROKEN_VOCABULARIES[mistake]
    assert VOCABULARY_TEXT.count(old) == 1
    with pytest.raises(Unsound) as caught:
        read_vocabulary(VOCABULARY_TEXT.replace(old, new))
    assert code in [problem.code for problem in caught.value.problems]


def test_a_relation_may_use_what_its_when_has_tested() -> None:
    lowered = VOCABULARY_TEXT.replace("fields: {limit: item.quantity}", "fields: {quantity: item.limit}")
    assert read_vocabulary(lowered).effects["lift_limits"].relations[0].fields["quantity"].text == "item.limit"
