"""The one door: nothing else writes an order's status, its history, or what follows from a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from webapp import errors
from webapp.actors import Actor
from webapp.errors import Conflict, NotFound
from webapp.models import (
    DefinitionVersion,
    Firm,
    OrderChange,
    OrderLine,
    OrderWorker,
    Refusal,
    StatusHistory,
    Unit,
    WorkOrder,
)
from webapp.queries.facts import Standing, gather, standing, standings
from webapp.queries.lifecycles import awaits_approval, lifecycle, lifecycle_of, status_of
from webapp.queries.visibility import LARGEST_NUMBER, known_by
from webapp.queries.visibility import visible as visible
from webapp.queries.words import plain
from webapp.services import approvals, effects, entries, history, notifications
from workflow.definition import Notice, Question, Transition
from workflow.engine import Lifecycle
from workflow.errors import Refused
from workflow.offers import Blocker, Outcome, Taken
from workflow.values import Answers, Facts, Scalar, Value

STATUS = "status"
"""The field name under which a change of status stands among an order's changes."""

WORKFLOW_VERSION = "workflow version"
"""The field name under which it stands among an order's changes that the order follows another version."""

PUBLISHED = "published"
"""The rule of the history row that lets an order follow another version; it is automatic and of no definition."""

COLUMNS = {
    "order.resume_at": "resume_at",
    "order.arrived_at": "arrived_at",
    "order.done_at": "done_at",
    "order.completed_at": "completed_at",
}
"""The facts a definition may set, and where they are kept."""


UPDATE = update(WorkOrder).where(WorkOrder.id == bindparam("this_order"))
NOTE_CHANGES = insert(OrderChange).inline()
ADD_WORKERS = insert(OrderWorker)


@lru_cache(maxsize=256)
def _locking(actor: Actor) -> Select[int]:
    return select(WorkOrder.id).where(WorkOrder.number == bindparam("number"), visible(actor)).with_for_update()


def lock(session: Session, *, number: int, actor: Actor) -> int:
    """The id of the order, which nobody else changes until the end of the transaction; raises NotFound when it is not for
    the actor. What it holds is read afterwards: this statement may still see it as it was before another let go of it."""
    known = 0 < number <= LARGEST_NUMBER
    found = session.connection().execute(_locking(actor), {"number": number}).scalar_one_or_none() if known else None
    if found is None:
        raise NotFound("There is no such work order.")
    return found


def locked(session: Session, *, number: int, actor: Actor) -> WorkOrder:
    """The order, locked until the end of the transaction and as it is now; raises NotFound when it is not for the actor."""
    order = session.scalars(
        select(WorkOrder).where(known_by(actor, number)).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if order is None:
        raise NotFound("There is no such work order.")
    return order


def begin(session: Session, order: WorkOrder, *, actor: Actor, now: datetime) -> Outcome:
    """Give a new, flushed order its first status and run the automatic rules."""
    made = standing(session, order.id)
    compiled = lifecycle_of(session, made.definition_version_id, made.definition_sha256)
    outcome = compiled.begin(made.facts, actor.as_engine_actor(), now)
    words = {"technician"} if order.technician_id is not None else set()
    write(session, made, outcome, compiled, actor=actor, now=now, words=words)
    return outcome


def begin_many(
    session: Session, order_ids: Sequence[int], *, actors: Mapping[int, Actor], now: datetime
) -> dict[int, Outcome]:
    """Give new orders of the live version, each made by its actor, their first status and run the automatic rules.

    As `begin`, in a few statements for all of them; orders from which more follows than a status are written one by one.
    """
    made = standings(session, order_ids)
    compiled = lifecycle_of(session, made[0].definition_version_id, made[0].definition_sha256)
    outcomes = compiled.begin_many([order.facts for order in made], actors[made[0].id].as_engine_actor(), now)
    rows: list[dict[str, Any]] = []
    columns: list[dict[str, object]] = []
    changes: list[dict[str, object]] = []
    together = notifications.Together()
    for order, outcome in zip(made, outcomes, strict=True):
        actor = actors[order.id]
        words = {"technician"} if order.technician_id is not None else set()
        if outcome.changed or awaits_approval(compiled, outcome.status) or any(taken.do for taken in outcome.steps):
            write(session, order, outcome, compiled, actor=actor, now=now, words=words)
            continue
        steps = [(taken, reason_of(compiled, taken)) for taken in outcome.steps]
        written, remembered = history.chained(order=order, steps=steps, actor=actor, now=now)
        rows += written
        columns.append({"this_order": order.id, **remembered, "status": outcome.status})
        changes += [_status_change(order, compiled, taken, actor, now) for taken in outcome.steps if taken.from_status]
        notifications.write(
            session,
            order=order,
            notices=list(_notices(compiled, outcome.steps, words, asked_again=False)),
            former_technician_id=None,
            actor=actor,
            now=now,
            key=f"order-{order.id}:{order.row_version}:{len(steps)}",
            told=notifications.Told(status_label=compiled.definition.statuses[outcome.status].label),
            together=together,
        )
    for statement, values in ((history.ADD, rows), (UPDATE, columns), (NOTE_CHANGES, changes)):
        if values:
            session.connection().execute(statement, values)
    together.write(session)
    return {order.id: outcome for order, outcome in zip(made, outcomes, strict=True)}


def settle(
    session: Session,
    order: WorkOrder,
    *,
    actor: Actor,
    now: datetime,
    words: Iterable[str] = (),
    former_technician_id: int | None = None,
) -> Outcome:
    """Run the automatic rules after a flushed save of the locked order that changed the fields named by `words`."""
    saved = standing(session, order.id)
    compiled = lifecycle_of(session, saved.definition_version_id, saved.definition_sha256)
    outcome = compiled.settle(saved.situation(now), actor.as_engine_actor())
    write(
        session,
        saved,
        outcome,
        compiled,
        actor=actor,
        now=now,
        words=words,
        former_technician_id=former_technician_id,
    )
    return outcome


def move(
    session: Session,
    *,
    order_id: int,
    version_id: int,
    targets: Mapping[str, str],
    note: str,
    hold_messages: bool,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Let the locked order follow another version, then run its automatic rules there.

    A status of `targets` becomes the one it leads to. The first history row names the new version and the rule PUBLISHED;
    `hold_messages` keeps what the rules would send. Raises EndlessRules, and KeyError where the version lacks the status.
    """
    before = standing(session, order_id)
    old = lifecycle_of(session, before.definition_version_id, before.definition_sha256)
    numbers = _version_numbers(session, before.definition_version_id, version_id)
    compiled = lifecycle(session, version_id)
    status = compiled.definition.statuses[targets.get(before.status, before.status)]
    order = replace(before, status=status.name, row_version=before.row_version + 1, definition_version_id=version_id)
    taken = Taken(
        rule=PUBLISHED, automatic=True, from_status=before.status, to_status=status.name, note=note, facts=before.facts
    )
    remembered = history.append(session, order=order, steps=[(taken, note)], actor=actor, now=now)
    # It stays where it is, whatever that is called now: no stay begins, and timers count on.
    kept = {name: remembered[name] for name in ("history_length", "history_hash")}
    _update(
        session,
        order,
        {**kept, "status": status.name, "row_version": order.row_version, "definition_version_id": version_id},
    )
    changes = [(WORKFLOW_VERSION, str(numbers[before.definition_version_id]), str(numbers[version_id]))]
    if status.name != before.status:
        changes.append((STATUS, old.definition.statuses[before.status].label, status.label))
    session.connection().execute(
        NOTE_CHANGES,
        [
            {
                "order_id": order.id,
                "row_version": order.row_version,
                "field": field,
                "old": former,
                "new": new,
                "user_id": actor.user_id,
                "actor_name": actor.name,
                "at": now,
            }
            for field, former, new in changes
        ],
    )
    order = replace(order, history_length=order.history_length + 1, history_hash=str(kept["history_hash"]))
    outcome = compiled.settle(order.situation(now), actor.as_engine_actor())
    write(session, order, outcome, compiled, actor=actor, now=now, quiet=hold_messages)
    return outcome


def press(
    session: Session,
    *,
    number: int,
    transition: str,
    answers: Mapping[str, str],
    row_version: int | None,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Take a button.

    Raises NotFound, Refused with every blocker, or Conflict when the order is no longer at `row_version`; the same person
    pressing once more what succeeded from that version gets the success again.
    """
    order = standing(session, lock(session, number=number, actor=actor))
    compiled = lifecycle_of(session, order.definition_version_id, order.definition_sha256)
    if row_version is not None and row_version != order.row_version:
        if _pressed_already(session, order, transition, row_version, actor):
            return Outcome(status=order.status, steps=(), facts=order.facts)
        raise conflict(session, order, row_version)
    given = typed_answers(ZoneInfo(order.zone), compiled.definition.transitions.get(transition), answers)
    try:
        outcome = compiled.press(order.situation(now), transition, actor.as_engine_actor(), Answers(given))
    except Refused as refused:
        raise errors.Refused(refused.blockers) from None
    order = replace(order, row_version=order.row_version + 1)
    write(session, order, outcome, compiled, actor=actor, now=now)
    return outcome


def record_refusal(
    session: Session, *, number: int, transition: str, blockers: Sequence[Blocker], actor: Actor, now: datetime
) -> None:
    """Remember a refused attempt, in a transaction of its own: the attempt's was rolled back."""
    order = session.scalars(select(WorkOrder).where(known_by(actor, number))).one_or_none()
    if order is None:
        raise NotFound("There is no such work order.")
    session.add(
        Refusal(
            order_id=order.id,
            at=now,
            user_id=actor.user_id,
            actor_kind=actor.kind,
            actor_name=actor.name,
            status=order.status,
            transition=transition,
            definition_version_id=order.definition_version_id,
            blockers=[
                {"code": one.code, "name": one.name, "sentence": one.sentence, "values": history.as_json(one.values)}
                for one in blockers
            ],
            facts=history.as_json(gather(session, [order.id])[order.id]),
        )
    )
    session.flush()


def write(
    session: Session,
    order: Standing,
    outcome: Outcome,
    compiled: Lifecycle,
    *,
    actor: Actor,
    now: datetime,
    words: Iterable[str] = (),
    former_technician_id: int | None = None,
    quiet: bool = False,
) -> None:
    """Write what the engine decided: facts, lines, history, effects, approval requests and, unless `quiet`, deliveries."""
    steps = [(taken, reason_of(compiled, taken)) for taken in outcome.steps]
    moved = [taken for taken in outcome.steps if taken.from_status is not None]
    length = order.history_length
    if steps:
        remembered = history.append(session, order=order, steps=steps, actor=actor, now=now)
        length += len(steps)
        write_facts(session, order, outcome.facts, outcome.changed, actor=actor, now=now)
        columns = {COLUMNS[name]: outcome.facts[name] for name in outcome.changed if name in COLUMNS}
        _update(session, order, columns | remembered | {"status": outcome.status, "row_version": order.row_version})
    if moved:
        session.connection().execute(
            NOTE_CHANGES, [_status_change(order, compiled, taken, actor, now) for taken in moved]
        )
    _perform(session, order, outcome.steps, actor=actor, now=now)
    changed_words = set(words)
    asked = approvals.follow(
        session,
        order=order,
        status=outcome.status,
        lifecycle=compiled,
        steps=outcome.steps,
        actor=actor,
        now=now,
        anew=bool(changed_words & ASKS_ANEW),
    )
    asked_again = asked.again and not moved
    notices = [] if quiet else list(_notices(compiled, outcome.steps, changed_words, asked_again=asked_again))
    notifications.write(
        session,
        order=order,
        notices=notices,
        former_technician_id=former_technician_id,
        actor=actor,
        now=now,
        key=f"order-{order.id}:{order.row_version}:{length}",
        told=notifications.Told(
            status_label=compiled.definition.statuses[outcome.status].label,
            reason=next((reason for _, reason in steps if reason), ""),
            request_id=asked.request_id,
        ),
    )


def write_facts(
    session: Session, order: Standing, facts: Facts, changed: Iterable[str], *, actor: Actor, now: datetime
) -> None:
    """Write the changed facts that are not columns of the order to the rows they come from."""
    for name in changed:
        if name == "items":
            _write_lines(session, order, facts[name], actor, now)
        elif name == "workers":
            _write_workers(session, order, facts[name])
        elif name not in COLUMNS:
            raise AssertionError(f"no program writes the fact {name}")


def _update(session: Session, order: Standing, columns: Mapping[str, object]) -> None:
    """Write these columns of the order, and let an object of it that this session holds say the same."""
    session.connection().execute(UPDATE, {"this_order": order.id, **columns})
    held = session.identity_map.get(identity_key(WorkOrder, order.id))
    if held is not None:
        for name, value in columns.items():
            set_committed_value(held, name, value)


def _version_numbers(session: Session, *version_ids: int) -> dict[int, int]:
    """The numbers people know versions by."""
    rows = session.connection().execute(
        select(DefinitionVersion.id, DefinitionVersion.number).where(DefinitionVersion.id.in_(version_ids))
    )
    return {row.id: row.number for row in rows}


def _perform(session: Session, order: Standing, steps: Sequence[Taken], *, actor: Actor, now: datetime) -> None:
    wanted = [effect for taken in steps for effect in taken.do if effect not in effects.FACTS_ONLY]
    if not wanted:
        return
    written = session.get_one(WorkOrder, order.id, populate_existing=True)
    for effect in wanted:
        effects.perform(session, effect, order=written, actor=actor, now=now)
    session.flush()


def _write_lines(session: Session, order: Standing, records: Value, actor: Actor, now: datetime) -> None:
    assert isinstance(records, tuple)
    lines = session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.id)
        .execution_options(populate_existing=True)
    ).all()
    for line, record in zip(lines, records, strict=True):
        quantity, used, approved = record["quantity"], record["used"], record["approved_quantity"]
        assert isinstance(quantity, Decimal)
        assert used is None or isinstance(used, Decimal)
        assert approved is None or isinstance(approved, Decimal)
        if line.quantity != quantity:
            session.add(
                OrderChange(
                    order_id=order.id,
                    row_version=order.row_version,
                    field=f"Quantity of {line.name}",
                    old=plain(line.quantity),
                    new=plain(quantity),
                    user_id=actor.user_id,
                    actor_name=actor.name,
                    at=now,
                )
            )
        line.quantity, line.used, line.approved_quantity = quantity, used, approved
    session.flush()


def _write_workers(session: Session, order: Standing, records: Value) -> None:
    before = order.facts["workers"]
    assert isinstance(records, tuple)
    assert isinstance(before, tuple)
    added = [{"order_id": order.id, "user_id": int(str(row["person"]))} for row in records if row not in before]
    if added:
        session.connection().execute(ADD_WORKERS, added)


def _status_change(
    order: Standing, compiled: Lifecycle, taken: Taken, actor: Actor, now: datetime
) -> dict[str, object]:
    statuses = compiled.definition.statuses
    return {
        "order_id": order.id,
        "row_version": order.row_version,
        "field": STATUS,
        "old": statuses[taken.from_status].label if taken.from_status else None,
        "new": statuses[taken.to_status].label,
        "user_id": actor.user_id,
        "actor_name": actor.name,
        "at": now,
    }


def _notices(
    compiled: Lifecycle, steps: Sequence[Taken], words: Iterable[str], *, asked_again: bool
) -> Iterable[Notice]:
    """Every notice once, however many steps ask for it."""
    asked = [notice for step in steps for notice in step.notify]
    asked += [notice for word in sorted(words) for notice in compiled.definition.when_changed.get(word, ())]
    if asked_again:
        asked.append(Notice(message="WorkOrderNeedsApproval", to=("customer",)))
    return dict.fromkeys(asked)


def reason_of(compiled: Lifecycle, step: Taken) -> str:
    """What people read as the reason of a step: the rule's note, or the answers given in words."""
    transition = None if step.automatic else compiled.definition.transitions.get(step.rule or "")
    if transition is None:
        return step.note
    said = [
        question.choices.get(answer, answer)
        for name, question in transition.ask.items()
        if question.kind in ("text", "choice") and isinstance(answer := step.answers.get(name), str)
    ]
    return " · ".join(said)


def conflict(session: Session, order: WorkOrder | Standing, row_version: int) -> Conflict:
    """The error for a stale row version: who changed what since."""
    changes = session.scalars(
        select(OrderChange)
        .where(OrderChange.order_id == order.id, OrderChange.row_version > row_version)
        .order_by(OrderChange.id)
    ).all()
    return Conflict(
        f"Work order {order.number} was changed while you had it open. It is now {status_of(session, order).label}.",
        tuple(
            f"{change.actor_name} changed {change.field} from {change.old or 'nothing'} to {change.new or 'nothing'}".rstrip(
                "."
            )
            + "."
            for change in changes
        ),
        {change.field: change.old for change in reversed(changes)},
    )


def typed_answers(zone: ZoneInfo, transition: Transition | None, answers: Mapping[str, str]) -> dict[str, Scalar]:
    """The answers as the questions' kinds; what cannot be read stays a text, which the engine refuses with a sentence."""
    if transition is None:
        return dict(answers)
    return {name: _typed(transition.ask.get(name), answer, zone) for name, answer in answers.items()}


def _typed(question: Question | None, answer: str, zone: ZoneInfo) -> Scalar:
    if question is None or not answer.strip():
        return answer
    if question.kind == "number":
        try:
            return Decimal(answer.strip())
        except InvalidOperation:
            return answer
    if question.kind == "date":
        try:
            moment = datetime.fromisoformat(answer.strip())
        except ValueError:
            return answer
        if moment.year not in entries.YEARS:
            return answer
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    return answer


def zone_of(session: Session, order: WorkOrder) -> ZoneInfo:
    """The zone of the order's unit, which is the firm's unless it has its own."""
    own = session.execute(select(Unit.time_zone).where(Unit.id == order.unit_id)).scalar_one()
    firms: Any = session.execute(select(Firm.time_zone).where(Firm.id == 1)).scalar_one_or_none()
    return ZoneInfo(own or firms or "UTC")


def _pressed_already(session: Session, order: Standing, transition: str, row_version: int, actor: Actor) -> bool:
    """Whether the actor's own press of this button made the version after the one he pressed from."""
    made = session.execute(
        select(OrderChange.at)
        .where(
            OrderChange.order_id == order.id,
            OrderChange.row_version == row_version + 1,
            OrderChange.field == STATUS,
        )
        .limit(1)
    ).scalar_one_or_none()
    if made is None or actor.user_id is None:
        return False
    same = select(StatusHistory.id).where(
        StatusHistory.order_id == order.id,
        StatusHistory.rule == transition,
        StatusHistory.automatic.is_(False),
        StatusHistory.user_id == actor.user_id,
        StatusHistory.at == made,
    )
    return session.execute(same.limit(1)).first() is not None


ASKS_ANEW = frozenset({"unit", "customer"})
"""Changes after which an open question to the customer is asked again: another person would answer it."""
