"""Publishing in a browser: the button says what is missing, orders follow, and the page needs no reload."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browser.site import Site
from tests.services.publishing import SHIPPED, WARNING, proof_of
from tests.views.order_world import SUPERVISOR, TECHNICIAN
from webapp import clock
from webapp.actors import Actor
from webapp.db import unit_of_work
from webapp.models import Unit, User, WorkOrder
from webapp.queries.people import actor_of
from webapp.services import drafts, orders, proofs, transitions

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ON_HOLD = re.sub(r"\bpaused\b", "on_hold", SHIPPED).replace("label: Paused", "label: On hold", 1)
OPEN = 20


def at_work(site: Site) -> list[int]:
    """Twenty open repairs, one of them paused; their numbers, the paused one first."""
    with site.app.app_context(), unit_of_work() as session:
        sam, tom = (actor(session, email) for email in (SUPERVISOR, TECHNICIAN))
        unit = session.scalars(select(Unit.id).order_by(Unit.id).limit(1)).one()
        numbers = [
            orders.create(session, actor=sam, now=clock.now(), type="repair", unit_id=unit).number for _ in range(OPEN)
        ]
        first = session.scalars(select(WorkOrder).where(WorkOrder.number == numbers[0])).one()
        orders.save(
            session,
            number=first.number,
            row_version=first.row_version,
            changes={"technician_id": tom.user_id},
            actor=sam,
            now=clock.now(),
        )
        pressed: list[tuple[str, dict[str, str]]] = [("start", {}), ("pause", {"reason": "parts"})]
        for button, answers in pressed:
            transitions.press(
                session,
                number=first.number,
                transition=button,
                answers=answers,
                row_version=None,
                actor=tom,
                now=clock.now(),
            )
        return numbers


def actor(session: Session, email: str) -> Actor:
    return actor_of(session.scalars(select(User).where(User.email == email)).one())


def drafted(site: Site, text: str) -> None:
    """Sam's draft, proved with one warning."""
    with site.app.app_context():
        with unit_of_work() as session:
            sam = actor(session, SUPERVISOR)
            draft = drafts.begin(session, lifecycle="work_order", actor=sam, now=clock.now())
            drafts.save(
                session,
                lifecycle="work_order",
                text=text,
                row_version=draft.row_version,
                actor=sam,
                now=clock.now(),
            )
        with unit_of_work() as session:
            asked = proofs.question(session, text=text, actor=sam)
            proofs.keep(session, asked=asked, proof=proof_of(text, WARNING), now=clock.now())


def test_a_supervisor_publishes_with_twenty_open_orders_and_each_finds_its_place(site: Site, page: Page) -> None:
    numbers = at_work(site)
    drafted(site, ON_HOLD)
    site.sign_in(page, SUPERVISOR)
    page.goto(f"{site.address}/workflows/work_order/publish")
    button = page.get_by_role("button", name="Publish", exact=True)
    assert button.get_attribute("aria-disabled") == "true"
    assert "Paused (1 order)" in (page.locator("[data-save-missing]").text_content() or "")
    page.get_by_label("New orders only").check()
    assert page.get_by_label("Paused (1 order)").is_hidden()
    page.get_by_label("All open orders").check()
    page.get_by_label("Paused (1 order)").select_option("On hold")
    assert button.get_attribute("aria-disabled") == "true"
    page.get_by_label("I know, publish all the same").check()
    assert button.get_attribute("aria-disabled") is None
    page.get_by_label("What changes, and why").fill("Another word for paused")
    button.click()
    page.wait_for_url(re.compile("/publish/progress"))
    page.get_by_text(f"{OPEN} open orders follow it.").wait_for()
    site.show(page, numbers[0])
    assert page.locator("[data-status=on_hold]").first.inner_text() == "On hold"
    assert "New version of the workflow" in page.locator("#history").inner_text()
