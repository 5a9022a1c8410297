"""A technician's day: what to do next, what was done before, and no more on the page than he can read."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.views import order_world as world
from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.models import User, WorkOrder
from webapp.queries import my_day
from webapp.queries.people import actor_of
from webapp.services import orders, transitions


@pytest.fixture(autouse=True)
def firm(client: FlaskClient) -> None:
    world.found_firm()


def assigned(count: int, *, request: str = "", technician: str = world.TECHNICIAN) -> list[int]:
    """Orders made by the supervisor and given to a technician."""
    now = clock.now()
    unit = world.unit_id()
    with unit_of_work() as session:
        people = {user.email: user for user in session.scalars(select(User))}
        sam = actor_of(people[world.SUPERVISOR])
        made = []
        for _ in range(count):
            order = orders.create(session, actor=sam, now=now, type="repair", unit_id=unit, request=request)
            orders.save(
                session,
                number=order.number,
                row_version=None,
                changes={"technician_id": people[technician].id},
                actor=sam,
                now=now,
            )
            made.append(order.number)
        return made


def pressed(number: int, *buttons: str, by: str = world.TECHNICIAN) -> None:
    """The technician presses these buttons one after another."""
    with unit_of_work() as session:
        actor = actor_of(session.scalars(select(User).where(User.email == by)).one())
        for button in buttons:
            transitions.press(
                session,
                number=number,
                transition=button,
                answers={},
                row_version=None,
                actor=actor,
                now=clock.now(),
            )


def now_of_another(number: int) -> None:
    """The order becomes somebody else's, so that the technician no longer knows of it."""
    with unit_of_work() as session:
        other = session.scalars(select(User.id).where(User.email == world.ADMIN)).one()
        session.scalars(select(WorkOrder).where(WorkOrder.number == number)).one().technician_id = other


def test_a_long_group_is_cut_and_shows_the_rest_when_asked(client: FlaskClient) -> None:
    numbers = assigned(my_day.SHOWN + 3)
    world.as_person(client, world.TECHNICIAN)
    text = client.get("/my-day").text
    assert len(re.findall(r'id="job-\d+"', text)) == my_day.SHOWN
    more = re.search(r'href="(/my-day\?all=\w+)#\w+"[^>]*>.*?Show 3 more', text, re.DOTALL)
    assert more is not None, text
    everything = client.get(more.group(1)).text
    assert all(f'id="job-{number}"' in everything for number in numbers)
    assert "more</span>" not in everything


def test_each_order_has_one_large_button(client: FlaskClient) -> None:
    (number,) = assigned(1)
    world.as_person(client, world.TECHNICIAN)
    text = client.get("/my-day").text
    assert len(re.findall(r'class="[^"]*btn-large', text)) == 1
    assert f'action="/work-orders/{number}/transitions/start"' in text


def test_the_order_being_worked_on_stands_on_top(client: FlaskClient) -> None:
    waiting, working = assigned(2)
    pressed(working, "start")
    world.as_person(client, world.TECHNICIAN)
    text = client.get("/my-day").text
    assert text.index("Working on now") < text.index(f'id="job-{working}"') < text.index(f'id="job-{waiting}"')


def test_what_was_done_at_the_unit_before_is_told_but_not_what_an_unknown_order_asked_for(client: FlaskClient) -> None:
    (done,) = assigned(1, request="A private matter")
    pressed(done, "start", "submit")
    assigned(1)
    world.as_person(client, world.TECHNICIAN)
    assert "A private matter" in client.get("/my-day").text, "it is his own order"
    now_of_another(done)
    text = client.get("/my-day").text
    assert "Done at this unit before" in text
    assert "A private matter" not in text
    assert f'id="job-{done}"' not in text


def test_only_the_last_three_jobs_are_told(client: FlaskClient) -> None:
    for number in assigned(my_day.EARLIER + 2):
        pressed(number, "start", "submit")
        now_of_another(number)
    (number,) = assigned(1)
    with reading() as session:
        tom = actor_of(session.scalars(select(User).where(User.email == world.TECHNICIAN)).one())
        day = my_day.day(session, actor=tom, now=clock.now())
    jobs = {job.number: job for group in day.groups for part in group.parts for job in part.jobs}
    assert len(jobs[number].earlier) == my_day.EARLIER


@pytest.mark.parametrize("may_create", [True, False])
def test_a_follow_up_can_be_proposed_by_who_may_create(client: FlaskClient, may_create: bool) -> None:
    assigned(1)
    if may_create:
        with unit_of_work() as session:
            tom = session.scalars(select(User).where(User.email == world.TECHNICIAN)).one()
            tom.extra_permissions = ["work_orders.create"]
    world.as_person(client, world.TECHNICIAN)
    text = client.get("/my-day").text
    assert ("Propose follow-up" in text) is may_create
    if may_create:
        assert f'id="unit_id-{world.unit_id()}"' in client.get(f"/work-orders/new?unit_id={world.unit_id()}").text
    else:
        assert client.get("/work-orders/new").status_code == 403
