"""A firm that has been at work for a year, and the address of everything in it: for tests that look at every page."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, current_app
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Map

from tests.views.forms import hidden
from tests.views.people import sign_in, token_of
from webapp import clock, demo
from webapp.db import reading, unit_of_work
from webapp.models import (
    ApprovalRequest,
    Customer,
    Delivery,
    DeviceModel,
    DeviceType,
    Item,
    MaintenancePlan,
    MaintenanceRule,
    Photo,
    Unit,
    User,
    WebhookEndpoint,
    WorkOrder,
)
from webapp.queries.people import actor_of
from webapp.services import addresses, approvals, calendar_links, deliveries, maintenance, notes, postman, webhooks

PARAMETER = re.compile(r"<[^>]+>")
ADMIN, NOBODY = "admin@demo.test", ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one address: who looks, and the status the answer has."""

    address: str
    who: str = ADMIN
    status: int = 200
    again: bool = False
    """Whether it is a page that somebody else, or another status, showed already."""

    def __str__(self) -> str:
        return f"{self.address} as {self.who.partition('@')[0] or 'a stranger'}"


@dataclass(frozen=True, slots=True)
class World:
    """What lies where: each pattern of the URL map that has parameters, with the addresses that fill it."""

    known: Mapping[str, tuple[str, ...]]
    token: str
    """The secret of a customer's link that waits for its answer."""

    def addresses(self, rule: str) -> tuple[str, ...]:
        """The addresses of a rule: all that are known of exactly this pattern, or the first below a known one; () for none."""
        if "<" not in rule:
            return (rule,)
        if rule in self.known:
            return self.known[rule]
        for pattern in sorted(self.known, key=len, reverse=True):
            if rule.startswith(f"{pattern}/"):
                further = rule[len(pattern) :]
                return () if PARAMETER.search(further) else (self.known[pattern][0] + further,)
        return ()

    def every_get(self, urls: Map) -> tuple[str, ...]:
        """An address at least for every GET route; raises AssertionError naming the routes that have none."""
        found: list[str] = []
        unknown = []
        for rule in sorted(urls.iter_rules(), key=lambda one: one.rule):
            if rule.endpoint == "static" or "GET" not in (rule.methods or ()):
                continue
            filled = self.addresses(rule.rule)
            found.extend(filled)
            if not filled:
                unknown.append(rule.rule)
        assert not unknown, f"tests/support/inhabited.py knows no address for {', '.join(unknown)}: add one to `places`"
        return tuple(dict.fromkeys(found))


def settle(app: Flask) -> World:
    """Load the demo into an empty database, let a worker pass once, and add what the demo leaves out."""
    with app.app_context():
        now = clock.now()
        demo.load(now)
        with unit_of_work() as session:
            number = _leave_traces(session)
            technician = session.scalars(select(User).where(User.email == "technician@demo.test")).one()
            calendar = calendar_links.renew(session, actor=actor_of(technician), now=now)
        add_photos(app, number, "The old pump, leaking at the flange", "")
        run_clockwork()
        with reading() as session:
            return places(session, calendar)


def run_clockwork() -> None:
    """What a worker does in one round: due maintenance, the feed, the mail."""
    settings = current_app.config["SETTINGS"]
    now = clock.now()
    found = 1
    while found:
        with unit_of_work() as session:
            found = maintenance.tick(session, now=now)
    with unit_of_work() as session:
        deliveries.feed(session, now=now, base_url=settings.base_url)
        for mail in deliveries.claim(session, now=now, limit=1000):
            where = addresses.of(session, mail=mail, settings=settings)
            result = postman.carry(mail, smtp_url=None, where=where)
            deliveries.finish(session, claimed=mail, result=result, now=now)


def add_photos(app: Flask, number: int, *captions: str) -> None:
    """Photos of an order, added through its page."""
    client = app.test_client()
    sign_in(client, ADMIN)
    for caption in captions:
        page = client.get(f"/work-orders/{number}")
        file = io.BytesIO()
        Image.new("RGB", (64, 48), "#4477aa").save(file, "PNG")
        file.seek(0)
        typed = {"caption": caption, "photo": (file, "DSC_0001.png"), "csrf_token": token_of(page)}
        once = hidden(page)["form_token"]
        answer = client.post(f"/work-orders/{number}/photos", data=typed | {"form_token": once})
        assert answer.status_code == 303, answer.text


def _leave_traces(session: Session) -> int:
    """A note of several lines, an archived unit, a delivery that was given up; returns an order that takes photos."""
    now = clock.now()
    ada = actor_of(session.scalars(select(User).where(User.email == ADMIN)).one())
    number = _first(session, "ongoing")
    notes.add(session, number=number, text="Ring twice.\nThe dog is friendly.", actor=ada, now=now)
    unused = session.scalars(select(Unit).where(Unit.id.not_in(select(WorkOrder.unit_id))).order_by(Unit.id)).first()
    assert unused is not None
    unused.archived = True
    dead = session.scalars(select(Delivery).where(Delivery.channel == "mail").order_by(Delivery.id)).first()
    assert dead is not None
    entry = webhooks.Entry("Accounting", "https://books.example/hooks", ("WorkOrderCompleted",))
    endpoint = webhooks.create(session, entry=entry, https_only=True, actor=ada, now=now)
    webhooks.ping(session, endpoint_id=endpoint.id, actor=ada, now=now)
    dead.state, dead.reason, dead.finished_at, dead.attempts = "dead", "550 No such mailbox here", now, 8
    return number


def _first(session: Session, status: str) -> int:
    """The first order in that status."""
    found = session.scalars(
        select(WorkOrder.number).where(WorkOrder.status == status).order_by(WorkOrder.number)
    ).first()
    assert found is not None, status
    return found


def places(session: Session, calendar: str) -> World:
    """The addresses of what lies in the world: one order in each status, and the plain and the bare of everything else."""
    orders: dict[str, int] = {}
    for number, status in session.execute(select(WorkOrder.number, WorkOrder.status).order_by(WorkOrder.number)):
        orders.setdefault(status, number)
    photographed = session.scalars(select(WorkOrder.number).join(Photo, Photo.order_id == WorkOrder.id)).first()
    bare = select(Unit.id).where(Unit.device_model_id.is_(None))
    archived = select(Unit.id).where(Unit.archived.is_(True))
    dead = session.scalars(select(Delivery.id).where(Delivery.state == "dead")).first()
    request = session.scalars(select(ApprovalRequest.id).where(ApprovalRequest.state == "open")).first()
    model = session.scalars(select(DeviceModel).order_by(DeviceModel.id)).first()
    token = approvals.token_of(session, request_id=request) if request else None
    assert dead, "nothing was given up"
    assert token, "no customer is asked"
    assert model is not None
    numbers = dict.fromkeys((photographed, *orders.values()))
    return World(
        known={
            "/a/<token>": (f"/a/{token}",),
            "/calendar/<token>.ics": (f"/calendar/{calendar}.ics",),
            "/customers/<int:customer_id>": _each("/customers", session, select(Customer.id)),
            "/deliveries/<int:number>": (
                *_each("/deliveries", session, select(Delivery.id).where(Delivery.state == "kept")),
                f"/deliveries/{dead}",
            ),
            "/maintenance/<int:number>": _each("/maintenance", session, select(MaintenancePlan.id)),
            "/maintenance/<int:number>/edit": tuple(
                f"{address}/edit" for address in _each("/maintenance", session, select(MaintenancePlan.id))
            ),
            "/maintenance/rules/<int:number>": _each("/maintenance/rules", session, select(MaintenanceRule.id)),
            "/photos/<int:photo_id>": _each("/photos", session, select(Photo.id)),
            "/settings/device-types/<int:device_type_id>": (
                *_each("/settings/device-types", session, select(DeviceType.id)),
                *_each("/settings/device-types", session, select(DeviceType.id).order_by(DeviceType.id.desc())),
            ),
            "/settings/device-types/<int:device_type_id>/models/<int:model_id>": (
                f"/settings/device-types/{model.device_type_id}/models/{model.id}",
            ),
            "/settings/items/<int:item_id>": _each("/settings/items", session, select(Item.id)),
            "/settings/webhooks/<int:endpoint_id>": _each("/settings/webhooks", session, select(WebhookEndpoint.id)),
            "/settings/messages/<message>/<channel>": (
                "/settings/messages/WorkOrderAssigned/mail",
                "/settings/messages/WorkOrderPaused/in_app",
            ),
            "/settings/users/<int:user_id>": (
                *_each("/settings/users", session, select(User.id).where(User.email == "technician@demo.test")),
                *_each("/settings/users", session, select(User.id).where(User.email == "admin@demo.test")),
            ),
            "/units/<int:unit_id>": (
                *_each("/units", session, select(Unit.id).where(Unit.device_model_id.is_not(None))),
                *_each("/units", session, bare),
                *_each("/units", session, archived),
            ),
            "/workflows/<name>": ("/workflows/work_order",),
            "/workflows/<name>/versions/<int:number>": ("/workflows/work_order/versions/1",),
            "/work-orders/<int:number>": tuple(f"/work-orders/{number}" for number in numbers),
        },
        token=token,
    )


def _each(folder: str, session: Session, query: object) -> tuple[str, ...]:
    """The address of the first thing a query finds."""
    found = session.scalars(query.limit(1)).all()  # type: ignore[attr-defined]
    assert found, f"nothing lies below {folder}"
    return tuple(f"{folder}/{one}" for one in found)


# The start page leads elsewhere; without a worker the system's health is bad; two pages are for strangers.
APART = ("/", "/healthz", "/login", "/a/<token>")


def visits(world: World, urls: Map) -> tuple[Visit, ...]:
    """Every page as an admin, then those that look different to others, empty, filtered or refused."""
    alike = {address for known in world.known.values() for address in known[1:]}
    apart = {address for rule in APART for address in world.addresses(rule)}
    order, customer = (world.known[rule][0] for rule in ("/work-orders/<int:number>", "/customers/<int:customer_id>"))
    office, sam, tom, vera = (f"{name}@demo.test" for name in ("office", "supervisor", "technician", "viewer"))
    everything = (Visit(one, again=one in alike) for one in world.every_get(urls) if one not in apart)
    searched = (f"{place}?q=nobody+of+that+name" for place in ("/work-orders", "/customers", "/units"))
    shown = ("/work-orders?tab=overdue", "/work-orders/new?type=installation", "/units?tab=archived")
    others = (
        *((order, who) for who in (office, sam, vera)),
        *(("/work-orders", who) for who in (tom, vera)),
        *(("/notifications", who) for who in (tom, vera)),
        ("/my-day", tom),
        (f"/a/{world.token}", sam),
    )
    return (
        *everything,
        *(Visit(address, NOBODY) for address in ("/login", f"/a/{world.token}")),
        *(Visit(address, again=True) for address in (*searched, *shown, "/deliveries?state=dead")),
        *(Visit(address, who, again=True) for address, who in others),
        *(Visit("/nowhere", who, status=404, again=True) for who in (ADMIN, NOBODY)),
        *(Visit(address, vera, status=403, again=True) for address in ("/settings/users", f"{customer}/edit")),
    )
