"""Whatever people do to an order in whatever sequence, what must hold of it holds."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair
from webapp.errors import ApplicationError
from webapp.models import ApprovalRequest, OrderLine, StatusHistory
from webapp.queries.lifecycles import awaits_approval, lifecycle
from webapp.services import approvals, history, orders, transitions

STEPS = 60
WORKED_ON = ("working", "review", "done")


@pytest.mark.parametrize("seed", range(3))
def test_a_random_life_keeps_its_promises(session: Session, world: World, seed: int) -> None:
    chance = random.Random(seed)
    order = repair(session, world, technician=world.ana)
    compiled = lifecycle(session, order.definition_version_id)
    people = [world.olga, world.sam, world.sue, world.ana, world.tom, world.ada]
    for step in range(STEPS):
        now = NOW + timedelta(minutes=step)
        try:
            match chance.randrange(4):
                case 0:
                    changes: dict[str, object] = {
                        "quantities": {chance.choice([world.cable, world.pump]): Decimal(chance.randrange(9))},
                        "used": {world.cable: Decimal(0), world.pump: Decimal(0)},
                    }
                    orders.save(
                        session,
                        number=order.number,
                        row_version=order.row_version,
                        changes=changes if chance.random() < 0.5 else {"quantities": changes["quantities"]},
                        actor=chance.choice(people),
                        now=now,
                    )
                case 1:
                    orders.assign(
                        session,
                        numbers=[order.number],
                        technician_id=chance.choice([world.ana.user_id, world.tom.user_id, None]),
                        actor=world.sam,
                        now=now,
                    )
                case 2:
                    request = session.scalars(select(ApprovalRequest).order_by(ApprovalRequest.id.desc())).first()
                    token = None if request is None else approvals.token_of(session, request_id=request.id)
                    if token is not None:
                        approvals.answer(session, token=token, approve=chance.random() < 0.5, reason="Because", now=now)
                case _:
                    pressed = chance.choice([name for name in compiled.definition.transitions if name != "cancel"])
                    asked = compiled.definition.transitions[pressed].ask
                    transitions.press(
                        session,
                        number=order.number,
                        transition=pressed,
                        answers={"reason": "parts"} if "reason" in asked else {},
                        row_version=order.row_version,
                        actor=chance.choice(people),
                        now=now,
                    )
        except ApplicationError:
            continue
        open_requests = session.scalars(
            select(ApprovalRequest).where(ApprovalRequest.order_id == order.id, ApprovalRequest.state == "open")
        ).all()
        lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()
        over = {line.item_id: line.quantity for line in lines if approvals.over(line)}
        if awaits_approval(compiled, order.status):
            (request,) = open_requests
            assert {line["item_id"]: Decimal(line["quantity"]) for line in request.asked} == over
            assert over
        else:
            assert open_requests == []
        if compiled.definition.statuses[order.status].kind in WORKED_ON:
            assert over == {}
    rows = session.scalars(
        select(StatusHistory).where(StatusHistory.order_id == order.id).order_by(StatusHistory.sequence)
    ).all()
    assert [row.sequence for row in rows] == list(range(1, order.history_length + 1))
    assert rows[-1].to_status == order.status
    assert len({row.to_status for row in rows}) > 2
    session.flush()
    assert history.verify(session) is None
