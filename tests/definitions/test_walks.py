"""Whatever people do with an order, in whatever order, its promises hold: random walks of saves and buttons."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from workflow.engine import Lifecycle
from workflow.errors import Refused
from workflow.expressions import holds
from workflow.values import Actor, Answers, Facts, Record, Scalar, Situation

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
WORKED = {"ongoing", "paused", "waiting_review", "completed", "billed"}
APPROVING = {"approve", "approve_for_customer"}

SUPERVISOR = frozenset({"work_orders.supervise", "work_orders.edit", "work_orders.create", "work_orders.bill"})
PEOPLE = (
    Actor(id="ana", permissions=frozenset({"work_orders.perform"})),
    Actor(id="tom", permissions=frozenset({"work_orders.perform"})),
    Actor(id="sam", permissions=SUPERVISOR),
    Actor(id="sue", permissions=SUPERVISOR),
    Actor(id="max", permissions=SUPERVISOR | {"work_orders.perform"}),
    Actor(id="olga", permissions=frozenset({"work_orders.edit", "work_orders.create"})),
    Actor(link="customer"),
)
REASONS: Mapping[str, Mapping[str, Scalar]] = {
    "pause": {"reason": "parts"},
    **{
        name: {"reason": "Because."}
        for name in ("approve_for_customer", "decline", "send_back", "reopen", "take_back_billing", "cancel")
    },
}
BUTTONS = (
    "approve", "approve_for_customer", "decline", "start", "pause", "resume", "submit", "send_back", "complete",
    "reopen", "bill", "take_back_billing", "cancel",
)  # fmt: skip

people = some.sampled_from(PEOPLE)
quantities = some.integers(0, 4).map(Decimal)
moves = some.one_of(
    some.tuples(some.just("press"), people, some.sampled_from(BUTTONS)),
    some.tuples(some.just("offered"), people, some.integers(0, 2)),
    some.tuples(some.just("technician"), people, some.sampled_from(["ana", "tom", "max", None])),
    some.tuples(some.just("quantities"), people, some.tuples(some.integers(0, 1), quantities)),
    some.tuples(some.just("used"), people, some.tuples(some.integers(0, 1), some.none() | quantities)),
    some.tuples(some.just("world"), people, some.booleans()),
)


@dataclass
class Walk:
    """One order on its way: where it stands, what was pressed, and what the promises need to remember."""

    lifecycle: Lifecycle
    at: Situation
    pressed: set[str] = field(default_factory=set)

    def go(self, kind: str, actor: Actor, what: object) -> None:
        """One move, if it is allowed; then every promise."""
        if kind == "press":
            self.press(actor, str(what))
        elif kind == "offered":
            self.press_one_offered(actor, what)
        elif kind == "world":
            self.change_the_world(bool(what))
            return
        elif kind in self.lifecycle.may_edit(self.at, actor):
            self.save(kind, actor, what)
        self.keeps_its_promises()

    def press(self, actor: Actor, button: str) -> None:
        before = self.at
        try:
            outcome = self.lifecycle.press(self.at, button, actor, Answers(REASONS.get(button, {})))
        except Refused:
            return
        self.pressed.add(button)
        self.at = replace(self.at, status=outcome.status, facts=outcome.facts, now=self.at.now + timedelta(hours=1))
        if button in APPROVING | {"decline"} and actor.id is not None:
            assert not any(asked(line) and line["quantity_set_by"] == actor.id for line in lines(before.facts))
        if button == "complete":
            assert actor.id != before.facts["order.technician"]
            assert {"person": actor.id} not in rows(before.facts, "workers")
        if button in ("complete", "cancel"):
            assert "work_orders.supervise" in actor.permissions

    def press_one_offered(self, actor: Actor, number: object) -> None:
        """The walk gets further by taking what is offered; `cancel` would end it."""
        offered = [offer.transition for offer in self.lifecycle.offers_page([self.at], actor)[0] if offer.allowed]
        going_on = [name for name in offered if name != "cancel"]
        assert isinstance(number, int)
        if number < len(going_on):
            self.press(actor, going_on[number])

    def save(self, word: str, actor: Actor, what: object) -> None:
        facts = dict(self.at.facts)
        if word == "technician":
            facts["order.technician"] = None if what is None else str(what)
            facts["order.technician.is_technician"] = None if what is None else True
        else:
            assert isinstance(what, tuple)
            index, amount = what
            changed = [dict(line) for line in lines(facts)]
            changed[index]["quantity" if word == "quantities" else "used"] = amount
            if word == "quantities":
                changed[index]["quantity_set_by"] = actor.id
            facts["items"] = tuple(changed)
        outcome = self.lifecycle.settle(replace(self.at, facts=facts), actor)
        self.at = replace(self.at, status=outcome.status, facts=outcome.facts)

    def change_the_world(self, is_technician: bool) -> None:
        """Somebody's role changes, without a save of the order."""
        if self.at.facts["order.technician"] is not None:
            self.at = replace(self.at, facts={**self.at.facts, "order.technician.is_technician": is_technician})

    def keeps_its_promises(self) -> None:
        facts, status = self.at.facts, self.at.status
        if status in WORKED:
            assert self.holds("quantities_allowed")
            assert self.holds("within_limits") or self.pressed & APPROVING
            assert facts["order.arrived_at"] is not None
        if status == "pending":
            assert facts["order.arrived_at"] is None
        if status in ("waiting_review", "completed", "billed"):
            assert facts["order.done_at"] is not None
            assert self.holds("used_filled_in")
            assert self.holds("used_within_quantities")
        assert (facts["order.completed_at"] is not None) == (status in ("completed", "billed")) or (
            status == "cancelled"
        )

    def holds(self, guard: str) -> bool:
        return holds(self.lifecycle.definition.guards[guard].check, self.at.facts)


def rows(facts: Facts, name: str) -> tuple[Record, ...]:
    found = facts[name]
    assert isinstance(found, tuple)
    return found


def lines(facts: Facts) -> tuple[Record, ...]:
    return rows(facts, "items")


def asked(line: Record) -> bool:
    """Whether the customer is asked about this line."""
    quantity, limit, approved = line["quantity"], line["approval_quantity_limit"], line["approved_quantity"]
    assert isinstance(quantity, Decimal)
    if not isinstance(limit, Decimal) or quantity <= limit:
        return False
    return not isinstance(approved, Decimal) or quantity > approved


def new_order() -> Facts:
    line: Record = {
        "name": "Cable",
        "quantity": Decimal(1),
        "used": None,
        "approval_quantity_limit": Decimal(2),
        "approved_quantity": None,
        "quantity_set_by": "olga",
    }
    free: Record = {**line, "name": "Labour", "approval_quantity_limit": None}
    return {
        "order.type": "repair",
        "order.unit": "7",
        "order.technician": None,
        "order.technician.is_technician": None,
        "order.creator": "olga",
        "order.due_date": None,
        "order.resume_at": None,
        "order.arrived_at": None,
        "order.done_at": None,
        "order.completed_at": None,
        "unit.model_known": True,
        "unit.customer": "3",
        "items": (line, free),
        "workers": (),
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=some.lists(moves, max_size=40))
def test_no_walk_breaks_a_promise(lifecycle: Lifecycle, path: list[tuple[str, Actor, object]]) -> None:
    first = lifecycle.begin(new_order(), PEOPLE[5], MORNING)
    walk = Walk(lifecycle, Situation(status=first.status, facts=first.facts, now=MORNING))
    assert walk.at.status == "unassigned"
    for kind, actor, what in path:
        walk.go(kind, actor, what)


def test_a_new_order_with_everything_given_is_pending_at_once(lifecycle: Lifecycle) -> None:
    facts = {**new_order(), "order.technician": "ana", "order.technician.is_technician": True}
    outcome = lifecycle.begin(facts, PEOPLE[2], MORNING)
    assert [(step.rule, step.to_status) for step in outcome.steps] == [(None, "unassigned"), ("assign", "pending")]
