"""Faults a review found, each told as what must be true instead."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save
from webapp.errors import Conflict, Gone, Invalid, Refused
from webapp.models import ApprovalRequest, Customer, Delivery, OrderChange, Unit, User, WorkOrder
from webapp.services import approvals, effects, photos, transitions, units
from webapp.views import forms


def asked(session: Session, world: World) -> tuple[WorkOrder, str]:
    """An order that waits for the customer, and the secret of the link."""
    order = repair(session, world, technician=world.ana)
    save(session, order, world.olga, quantities={world.cable: Decimal(9)})
    request = session.scalars(select(ApprovalRequest).where(ApprovalRequest.order_id == order.id)).one()
    token = approvals.token_of(session, request_id=request.id)
    assert token is not None
    return order, token


def test_a_technician_who_also_supervises_is_told_of_an_answer_once(session: Session, world: World) -> None:
    assert world.ana.user_id is not None
    session.get_one(User, world.ana.user_id).extra_permissions = ["work_orders.supervise"]
    session.flush()
    order, token = asked(session, world)
    approvals.answer(session, token=token, approve=True, reason="", now=NOW)
    assert order.status == "pending"
    told = session.scalars(
        select(Delivery.channel).where(
            Delivery.message == "WorkOrderQuantitiesApproved", Delivery.user_id == world.ana.user_id
        )
    )
    assert sorted(told) == ["in_app", "mail"]


def test_when_the_unit_goes_to_another_customer_he_is_asked_and_the_former_link_is_over(
    session: Session, world: World
) -> None:
    order, token = asked(session, world)
    other = Customer(
        first_name="Nils",
        display_name="Nils",
        search_text="nils",
        emails=["nils@example.test"],
        created_at=NOW,
    )
    session.add(other)
    session.flush()
    unit = session.get_one(Unit, world.boiler)
    units.transfer(
        session,
        unit_id=unit.id,
        row_version=unit.row_version,
        customer_id=other.id,
        with_orders=True,
        actor=world.ada,
        now=NOW,
    )
    with pytest.raises(Gone):
        approvals.open_link(session, token=token, now=NOW)
    mails = session.scalars(
        select(Delivery.address).where(Delivery.message == "WorkOrderNeedsApproval").order_by(Delivery.id)
    ).all()
    assert mails[-1] == "nils@example.test"
    states = session.scalars(
        select(ApprovalRequest.state).where(ApprovalRequest.order_id == order.id).order_by(ApprovalRequest.id)
    )
    assert list(states) == ["superseded", "open"]


def test_a_unit_page_from_before_a_stamp_cannot_take_the_stamp_away(session: Session, world: World) -> None:
    unit = session.get_one(Unit, world.boiler)
    version = unit.row_version
    order = repair(session, world, technician=world.ana)
    order.type, order.done_at = "service", NOW
    effects.stamp_unit(session, order=order)
    session.flush()
    with pytest.raises(Conflict):
        units.save(session, unit_id=unit.id, row_version=version, entry=units.UnitEntry(), actor=world.ada, now=NOW)
    assert unit.serviced_at == NOW


def test_quantities_set_back_by_a_decline_stand_among_the_changes(session: Session, world: World) -> None:
    order, token = asked(session, world)
    approvals.answer(session, token=token, approve=False, reason="Too much", now=NOW)
    last = session.scalars(
        select(OrderChange)
        .where(OrderChange.order_id == order.id, OrderChange.field.like("Quantity of%"))
        .order_by(OrderChange.id.desc())
    ).first()
    assert last is not None
    assert (last.old, last.new) == ("9", "5")


def test_a_picture_of_far_too_many_pixels_is_refused_with_a_sentence() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(Invalid) as refused:
        photos.developed(bomb)
    assert "50 million pixels" in refused.value.problems["photo"]


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_moment_at_the_ends_of_time_is_no_moment(typed: str) -> None:
    assert forms.moment(typed, "Asia/Tokyo") is None
    assert forms.moment(typed, "America/New_York") is None


@pytest.mark.parametrize("typed", ["0001-01-01", "9999-12-31"])
def test_pausing_until_the_ends_of_time_is_refused_with_a_sentence(session: Session, world: World, typed: str) -> None:
    session.get_one(Unit, world.boiler).time_zone = "Asia/Tokyo"
    order = repair(session, world, technician=world.ana)

    def press(button: str, **answers: str) -> None:
        transitions.press(
            session,
            number=order.number,
            transition=button,
            answers=answers,
            row_version=None,
            actor=world.ana,
            now=NOW,
        )

    press("start")
    with pytest.raises(Refused) as refused:
        press("pause", reason="parts", resume_at=typed)
    assert [blocker.code for blocker in refused.value.blockers] == ["answer"]


def test_a_deed_of_today_is_stored_in_utc() -> None:
    read = forms.moment("2026-05-04T09:00", "Europe/Berlin")
    assert read is not None
    assert read.astimezone(UTC) == datetime(2026, 5, 4, 7, tzinfo=UTC)
