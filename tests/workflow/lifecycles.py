"""Named lifecycles the engine's tests share, built without YAML so that they need no reader.

repair_shop

unassigned --(assign)--> pending --start--> ongoing --submit--> review --complete--> completed
    |  ^                   |  ^                ^--send_back--------|
  (hold) (unassign)      (hold)|
    v  |                   v   |
  waiting ---approve, decline, (release)--> pending          any --cancel--> cancelled
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

from workflow.compiling import compile
from workflow.definition import AutomaticRule, Definition, Guard, Notice, Question, Role, Setting, Status, Transition
from workflow.engine import Lifecycle
from workflow.expressions import Expression, parse, sentence
from workflow.values import Actor, Facts, Record, Scalar, Situation, Value
from workflow.vocabulary import Effect, Fact, Field, Relation, Vocabulary

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

FACTS = {
    fact.name: fact
    for fact in (
        Fact("order.type", "enumeration", "Type", values=("installation", "repair", "other"), sample="repair"),
        Fact("order.technician", "identity", "Technician", nullable=True),
        Fact(
            "order.technician.is_technician",
            "boolean",
            "Technician has the Technician role",
            owner="world",
            given="order.technician",
            sample=True,
        ),
        Fact("order.creator", "identity", "Made by", nullable=True),
        Fact("order.due_date", "time", "Due Date", nullable=True),
        Fact("order.resume_at", "time", "Resume on", nullable=True, settable=True),
        Fact("order.done_at", "time", "Work done", nullable=True, settable=True),
        Fact("unit.installed_at", "time", "Installed", nullable=True, settable=True, owner="world"),
        Fact("unit.model_known", "boolean", "Model of the unit is known", owner="world", sample=True),
        Fact(
            "items",
            "list",
            "Items",
            fields={
                "name": Fact("name", "text", "Item", sample="Cable"),
                "quantity": Fact("quantity", "number", "Quantity", sample=Decimal(1)),
                "used": Fact("used", "number", "Used", nullable=True),
                "approval_quantity_limit": Fact("approval_quantity_limit", "number", "Limit", nullable=True),
                "approved_quantity": Fact("approved_quantity", "number", "Approved", nullable=True),
                "quantity_set_by": Fact("quantity_set_by", "identity", "Set by", nullable=True),
            },
        ),
        Fact("workers", "list", "Workers", fields={"person": Fact("person", "identity", "Person", sample="somebody")}),
    )
}

ANSWERS = {
    name: Fact(name, kind, name, nullable=True)  # type: ignore[arg-type]
    for name, kind in (("answer.reason", "text"), ("answer.resume_at", "time"))
}
SCOPE = {**FACTS, **ANSWERS}


def test_of(text: str) -> Expression:
    """The checked expression in `text`."""
    return parse(text, SCOPE)


test_of.__test__ = False  # type: ignore[attr-defined]


def of_item(text: str) -> Expression:
    """The same for effects, which read one record as `item`."""
    return parse(text, SCOPE, record=("item", "items"))


def guard(name: str, check: str, otherwise: str) -> Guard:
    expression = test_of(check)
    return Guard(name=name, check=expression, otherwise=sentence(otherwise, SCOPE, check=expression))


VOCABULARY = Vocabulary(
    lifecycle="work_order",
    facts=FACTS,
    fields={
        "type": Field("type", "Type", ("order.type",)),
        "technician": Field(
            "technician",
            "Technician",
            ("order.technician", "order.technician.is_technician"),
            permission="work_orders.supervise",
        ),
        "due_date": Field("due_date", "Due Date", ("order.due_date",)),
        "quantities": Field(
            "quantities", "Quantities", ("items.quantity",), also={"items.quantity_set_by": test_of("actor.id")}
        ),
        "used": Field("used", "Used", ("items.used",)),
        "notes": Field("notes", "Notes", (), permission="notes.create"),
    },
    permissions={
        "work_orders.edit": "Change any work order",
        "work_orders.create": "Make work orders",
        "work_orders.supervise": "Supervise work orders",
        "work_orders.perform": "Carry out work orders",
        "notes.create": "Write notes",
    },
    messages={},
    audiences={},
    effects={
        "approve_what_is_over": Effect(
            "approve_what_is_over",
            "Approve what is over",
            kind="lines",
            approves=True,
            relations=(
                Relation(
                    each="items",
                    when=of_item(
                        "item.approval_quantity_limit != null && item.quantity > item.approval_quantity_limit"
                    ),
                    fields={"approved_quantity": of_item("item.quantity")},
                ),
            ),
        ),
        "lower_to_limit": Effect(
            "lower_to_limit",
            "Lower to the limit",
            kind="lines",
            relations=(
                Relation(
                    each="items",
                    when=of_item(
                        "item.approval_quantity_limit != null && item.quantity > item.approval_quantity_limit && "
                        "(item.approved_quantity == null || item.quantity > item.approved_quantity)"
                    ),
                    fields={"quantity": of_item("item.approval_quantity_limit")},
                ),
            ),
        ),
        "count_as_worker": Effect(
            "count_as_worker",
            "Counts as worker",
            relations=(Relation(add="workers", record={"person": test_of("actor.id")}),),
        ),
        "stamp_unit": Effect("stamp_unit", "Stamps the unit"),
    },
    links=("customer",),
)

EDITS = {
    "office": ("type", "due_date", "quantities"),
    "supervisor": ("type", "technician", "due_date", "quantities"),
}


def status(name: str, kind: str, edits: Mapping[str, tuple[str, ...]] = MappingProxyType({})) -> Status:
    return Status(name=name, label=name.capitalize(), kind=kind, color="grey", may_edit=edits)


REPAIR_SHOP = Definition(
    lifecycle="work_order",
    name="Work order",
    first_status="unassigned",
    roles={
        role.name: role
        for role in (
            Role("office", "the office", permission="work_orders.edit"),
            Role("supervisor", "a supervisor", permission="work_orders.supervise"),
            Role(
                "technician",
                "the assigned technician",
                permission="work_orders.perform",
                and_guard="is_the_assigned_technician",
            ),
            Role("customer", "the customer", link="customer"),
            Role("clock", "the clock", clock=True),
        )
    },
    statuses={
        one.name: one
        for one in (
            status("unassigned", "queue", EDITS),
            status("waiting", "held", EDITS),
            status("pending", "ready", EDITS),
            status("ongoing", "working", {"technician": ("used", "notes"), "supervisor": ("quantities", "used")}),
            status("review", "review", {"supervisor": ("notes",)}),
            status("completed", "done"),
            status("cancelled", "closed"),
        )
    },
    guards={
        one.name: one
        for one in (
            guard(
                "is_the_assigned_technician",
                "order.technician != null && order.technician == actor.id",
                "Only the assigned technician may do this.",
            ),
            guard(
                "technician_assigned",
                "order.technician != null && order.technician.is_technician",
                "Choose a technician first.",
            ),
            guard(
                "quantities_allowed",
                "items.all(item, item.approval_quantity_limit == null || item.quantity <= item.approval_quantity_limit"
                " || (item.approved_quantity != null && item.quantity <= item.approved_quantity))",
                "{item.name}: {item.quantity} is over the limit of {item.approval_quantity_limit}.",
            ),
            guard(
                "used_filled_in",
                "items.all(item, item.used != null && item.used <= item.quantity)",
                "{item.name}: say how many were used.",
            ),
            guard("worked_on_by_others", "workers.all(w, w.person != actor.id)", "You worked on it yourself."),
            guard("due", "order.due_date == null || now >= order.due_date", "It is not due yet."),
            guard("is_installation", 'order.type == "installation"', "It is no installation."),
            guard("reason_is_long", 'answer.reason != null && answer.reason != "no"', "Give a real reason."),
        )
    },
    transitions={
        one.name: one
        for one in (
            Transition(
                "approve", "Approve", ("waiting",), "pending", by=("customer",), lines=("approve_what_is_over",)
            ),
            Transition("decline", "Decline", ("waiting",), "pending", by=("customer",), lines=("lower_to_limit",)),
            Transition(
                "start",
                "Start",
                ("pending",),
                "ongoing",
                by=("technician", "supervisor"),
                needs=("due",),
                do=("count_as_worker",),
            ),
            Transition(
                "submit",
                "Submit",
                ("ongoing",),
                "review",
                by=("technician", "supervisor"),
                needs=("used_filled_in", "quantities_allowed"),
                set=(Setting("order.done_at", test_of("now")),),
                do=("count_as_worker",),
            ),
            Transition(
                "send_back",
                "Send back",
                ("review",),
                "ongoing",
                by=("supervisor",),
                needs=("reason_is_long",),
                ask={
                    "reason": Question("reason", "Why?", "text", required=True),
                    "resume_at": Question("resume_at", "Resume on", "date"),
                    "cause": Question("cause", "Cause", "choice", choices={"parts": "Parts", "other": "Other"}),
                    "hours": Question("hours", "Hours", "number"),
                },
                set=(Setting("order.resume_at", test_of("answer.resume_at")),),
                notify=(Notice("WorkOrderSentBack", ("technician",)),),
            ),
            Transition(
                "complete",
                "Complete",
                ("review",),
                "completed",
                by=("supervisor",),
                needs=("worked_on_by_others",),
                set=(Setting("unit.installed_at", test_of("order.done_at"), when="is_installation"),),
                do=("stamp_unit",),
                confirm="Is everything done?",
            ),
            Transition(
                "cancel",
                "Cancel",
                ("unassigned", "waiting", "pending", "ongoing", "review"),
                "cancelled",
                by=("supervisor",),
                look="danger",
            ),
        )
    },
    automatic={
        one.name: one
        for one in (
            AutomaticRule(
                "unassign", ("waiting", "pending"), "unassigned", unless=("technician_assigned",), note="Nobody has it."
            ),
            AutomaticRule(
                "hold",
                ("unassigned", "pending"),
                "waiting",
                when=("technician_assigned",),
                unless=("quantities_allowed",),
                note="A quantity is over its limit.",
            ),
            AutomaticRule("assign", ("unassigned",), "pending", when=("technician_assigned",), note="It has somebody."),
            AutomaticRule("release", ("waiting",), "pending", when=("technician_assigned", "quantities_allowed")),
        )
    },
)


def repair_shop() -> Lifecycle:
    return compile(REPAIR_SHOP, VOCABULARY)


def endless() -> Lifecycle:
    """Two rules that hand an order to each other for ever."""
    rules = {
        "there": AutomaticRule("there", ("unassigned",), "pending"),
        "back": AutomaticRule("back", ("pending",), "unassigned"),
    }
    return compile(replace(REPAIR_SHOP, automatic=rules), VOCABULARY)


def line(name: str = "Cable", quantity: int = 1, **fields: Scalar | int) -> Record:
    record: dict[str, Scalar] = {
        "name": name,
        "quantity": Decimal(quantity),
        "used": None,
        "approval_quantity_limit": None,
        "approved_quantity": None,
        "quantity_set_by": None,
    }
    for field, value in fields.items():
        record[field] = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return record


def facts(*, technician: str | None = None, items: tuple[Record, ...] = (), **others: Value) -> Facts:
    """An ordinary repair; others by name with `__` for the dot."""
    return {
        "order.type": "repair",
        "order.technician": technician,
        "order.technician.is_technician": None if technician is None else True,
        "order.creator": "olga",
        "order.due_date": None,
        "order.resume_at": None,
        "order.done_at": None,
        "unit.installed_at": None,
        "unit.model_known": True,
        "items": items,
        "workers": (),
        **{name.replace("__", "."): value for name, value in others.items()},
    }


def at(status: str, **known: Value) -> Situation:
    """An order in a status."""
    return Situation(status=status, facts=facts(**known), now=NOW)  # type: ignore[arg-type]


OLGA = Actor(id="olga", permissions=frozenset({"work_orders.edit", "work_orders.create", "notes.create"}))
ANA = Actor(id="ana", permissions=frozenset({"work_orders.perform", "notes.create"}))
SAM = Actor(id="sam", permissions=frozenset({"work_orders.edit", "work_orders.supervise"}))
CUSTOMER = Actor(link="customer")
CLOCK = Actor(clock=True)
