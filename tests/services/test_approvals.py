"""Quantities over their limit: the customer is asked, answers once, and an approval covers exactly what was asked."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save
from webapp.errors import Gone, NotFound, Refused
from webapp.models import ApprovalRequest, Customer, CustomerLink, Delivery, OrderLine, StatusHistory, WorkOrder
from webapp.services import approvals, transitions


def over_limit(session: Session, world: World, quantity: str = "9") -> WorkOrder:
    """Ana's repair, for which the office wants more cable than its limit of 5."""
    order = repair(session, world, technician=world.ana)
    save(session, order, world.olga, quantities={world.cable: Decimal(quantity)})
    return order


def requests(session: Session, order: WorkOrder) -> list[ApprovalRequest]:
    query = select(ApprovalRequest).where(ApprovalRequest.order_id == order.id).order_by(ApprovalRequest.id)
    return list(session.scalars(query))


def link_of(session: Session, order: WorkOrder) -> str:
    """The secret the newest mail carries."""
    token = approvals.token_of(session, request_id=requests(session, order)[-1].id)
    assert token is not None
    return token


def line_of(session: Session, order: WorkOrder) -> OrderLine:
    return session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()


def test_a_quantity_over_its_limit_holds_the_order_and_asks_the_customer(session: Session, world: World) -> None:
    order = over_limit(session, world)
    assert order.status == "waiting_approval"
    (request,) = requests(session, order)
    assert request.state == "open"
    assert [(line["name"], Decimal(line["quantity"]), line["set_by"]) for line in request.asked] == [
        ("Cable", 9, world.olga.user_id)
    ]
    mail = session.scalars(select(Delivery).where(Delivery.message == "WorkOrderNeedsApproval")).one()
    assert (mail.address, mail.channel, mail.context["request_id"]) == ("cora@example.test", "mail", request.id)


def test_a_quantity_at_its_limit_needs_no_approval(session: Session, world: World) -> None:
    order = over_limit(session, world, "5")
    assert (order.status, requests(session, order)) == ("pending", [])


def test_a_limit_of_zero_means_every_use(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.olga, quantities={world.pump: Decimal("0.5")})
    assert order.status == "waiting_approval"


def test_without_a_technician_nobody_is_asked_yet(session: Session, world: World) -> None:
    order = repair(session, world)
    save(session, order, world.olga, quantities={world.cable: Decimal(9)})
    assert (order.status, requests(session, order)) == ("unassigned", [])
    save(session, order, world.sam, technician_id=world.ana.user_id)
    assert (order.status, len(requests(session, order))) == ("waiting_approval", 1)


def test_lowering_the_quantity_releases_the_order_and_withdraws_the_question(session: Session, world: World) -> None:
    order = over_limit(session, world)
    token = link_of(session, order)
    save(session, order, world.olga, quantities={world.cable: Decimal(5)})
    assert order.status == "pending"
    assert [one.state for one in requests(session, order)] == ["withdrawn"]
    with pytest.raises(Gone):
        approvals.open_link(session, token=token, now=NOW)


def test_the_link_shows_what_is_asked_and_no_price(session: Session, world: World) -> None:
    order = over_limit(session, world)
    asked = approvals.open_link(session, token=link_of(session, order), now=NOW)
    assert (asked.order_number, asked.customer_name) == (order.number, "Cora Quist")
    assert [(line.name, line.quantity, line.limit) for line in asked.lines] == [("Cable", 9, 5)]
    assert "3.5" not in str(asked)


def test_only_a_hash_of_the_link_is_stored(session: Session, world: World) -> None:
    order = over_limit(session, world)
    token = link_of(session, order)
    link = session.scalars(select(CustomerLink)).one()
    assert len(token) == 22
    assert token not in (link.token_hash, link.nonce)


def test_approving_by_the_link_covers_the_asked_quantity_and_works_once(session: Session, world: World) -> None:
    order = over_limit(session, world)
    token = link_of(session, order)
    approvals.answer(session, token=token, approve=True, reason="", now=NOW)
    assert order.status == "pending"
    assert line_of(session, order).approved_quantity == 9
    assert [one.state for one in requests(session, order)] == ["approved"]
    row = session.scalars(select(StatusHistory).where(StatusHistory.rule == "approve")).one()
    assert (row.actor_kind, row.actor_name, row.user_id) == ("link", "Cora Quist", None)
    with pytest.raises(Gone, match="already answered"):
        approvals.answer(session, token=token, approve=False, reason="No", now=NOW)


def test_an_approval_covers_less_and_not_more(session: Session, world: World) -> None:
    order = over_limit(session, world)
    approvals.answer(session, token=link_of(session, order), approve=True, reason="", now=NOW)
    save(session, order, world.olga, quantities={world.cable: Decimal(7)})
    assert order.status == "pending"
    save(session, order, world.olga, quantities={world.cable: Decimal(9)})
    assert order.status == "pending"
    save(session, order, world.olga, quantities={world.cable: Decimal("9.5")})
    assert order.status == "waiting_approval"
    assert [one.state for one in requests(session, order)] == ["approved", "open"]


def test_declining_sets_the_quantity_back_in_the_same_step(session: Session, world: World) -> None:
    order = over_limit(session, world)
    approvals.answer(session, token=link_of(session, order), approve=False, reason="Too expensive", now=NOW)
    assert order.status == "pending"
    assert line_of(session, order).quantity == 5
    (request,) = requests(session, order)
    assert (request.state, request.reason) == ("declined", "Too expensive")


def test_declining_needs_a_reason(session: Session, world: World) -> None:
    order = over_limit(session, world)
    with pytest.raises(Refused) as refused:
        approvals.answer(session, token=link_of(session, order), approve=False, reason=" ", now=NOW)
    assert [blocker.code for blocker in refused.value.blockers] == ["answer"]


def test_another_quantity_supersedes_the_question_and_its_link(session: Session, world: World) -> None:
    order = over_limit(session, world)
    old = link_of(session, order)
    save(session, order, world.olga, quantities={world.cable: Decimal(12)})
    assert [one.state for one in requests(session, order)] == ["superseded", "open"]
    with pytest.raises(Gone, match="changed"):
        approvals.answer(session, token=old, approve=True, reason="", now=NOW)
    mails = session.scalars(select(Delivery).where(Delivery.message == "WorkOrderNeedsApproval")).all()
    assert len(mails) == 2
    approvals.answer(session, token=link_of(session, order), approve=True, reason="", now=NOW)
    assert line_of(session, order).approved_quantity == 12


def test_a_change_of_something_else_keeps_the_question(session: Session, world: World) -> None:
    order = over_limit(session, world)
    save(session, order, world.olga, request="Ring twice", quantities={world.filter: Decimal(3)})
    assert [one.state for one in requests(session, order)] == ["open"]


def test_sending_again_makes_a_new_link_and_ends_the_old_one(session: Session, world: World) -> None:
    order = over_limit(session, world)
    old = link_of(session, order)
    approvals.send_again(session, number=order.number, actor=world.sam, now=NOW)
    with pytest.raises(Gone, match="newer"):
        approvals.open_link(session, token=old, now=NOW)
    assert approvals.open_link(session, token=link_of(session, order), now=NOW).order_number == order.number


def test_links_expire_and_guessed_ones_do_not_exist(session: Session, world: World) -> None:
    order = over_limit(session, world)
    with pytest.raises(Gone, match="expired"):
        approvals.open_link(session, token=link_of(session, order), now=NOW + timedelta(days=31))
    with pytest.raises(NotFound):
        approvals.open_link(session, token="guessed", now=NOW)


def test_a_supervisor_answers_for_the_customer_but_not_about_his_own_quantity(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    save(session, order, world.sam, quantities={world.cable: Decimal(9)})
    press = {
        "number": order.number,
        "transition": "approve_for_customer",
        "answers": {"reason": "She called"},
        "row_version": None,
        "now": NOW,
    }
    with pytest.raises(Refused) as refused:
        transitions.press(session, actor=world.sam, **press)  # type: ignore[arg-type]
    assert [blocker.name for blocker in refused.value.blockers] == ["asked_quantities_set_by_others"]
    transitions.press(session, actor=world.sue, **press)  # type: ignore[arg-type]
    (request,) = requests(session, order)
    assert (request.state, request.answered_by_id, request.reason) == ("approved", world.sue.user_id, "She called")


def test_a_customer_without_an_address_leaves_the_order_waiting_and_tells_the_supervisors(
    session: Session, world: World
) -> None:
    session.get_one(Customer, world.customer).emails = []
    session.flush()
    order = over_limit(session, world)
    assert order.status == "waiting_approval"
    mail = session.scalars(select(Delivery).where(Delivery.message == "WorkOrderNeedsApproval")).one()
    assert mail.state == "undeliverable"
    told = session.scalars(select(Delivery).where(Delivery.message == "CustomerNotReached")).all()
    assert {one.user_id for one in told} >= {world.sam.user_id, world.sue.user_id}


def test_raising_a_quantity_during_work_holds_it_and_it_goes_on_with_resume(session: Session, world: World) -> None:
    order = repair(session, world, technician=world.ana)
    transitions.press(
        session, number=order.number, transition="start", answers={}, row_version=None, actor=world.ana, now=NOW
    )
    save(session, order, world.ana, quantities={world.cable: Decimal(6)})
    assert order.status == "waiting_approval"
    approvals.answer(session, token=link_of(session, order), approve=True, reason="", now=NOW)
    assert order.status == "paused"
