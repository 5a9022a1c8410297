"""Customers: what makes one, how he is called and found, and that nobody overwrites another's change."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.services.people import person
from webapp import clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.models import Customer
from webapp.queries import customers as shown
from webapp.services import customers
from webapp.services.customers import CustomerEntry

CLERK = person("customers.create", "customers.edit")


def make(session: Session, **typed: str) -> Customer:
    return customers.create(session, entry=CustomerEntry(**typed), actor=CLERK, now=clock.now())


def names(session: Session, search: str) -> list[str]:
    return [row.name for row in shown.page(session, search=search).rows]


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ({"first_name": " Mara ", "last_name": "Lind"}, "Mara Lind"),
        ({"company_name": "Harbour Bakery"}, "Harbour Bakery"),
        ({"first_name": "Mara", "company_name": "Harbour Bakery"}, "Harbour Bakery (Mara)"),
    ],
)
def test_a_customer_is_called_by_company_and_person(session: Session, typed: dict[str, str], called: str) -> None:
    assert make(session, **typed).display_name == called


def test_a_customer_needs_a_first_name_or_a_company(session: Session) -> None:
    with pytest.raises(Invalid) as refusal:
        make(session, last_name="Lind")
    assert refusal.value.problems == {"first_name": "Enter a first name or a company name."}


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ({"type": "royal"}, "type"),
        ({"emails": "mara@home.test\nmara at home"}, "emails"),
        ({"emails": "mara@home..test"}, "emails"),
        ({"emails": "mara@[10.0.0.1"}, "emails"),
        ({"emails": "mara@home.test", "approval_email": "other@home.test"}, "approval_email"),
        ({"phones": "no phone"}, "phones"),
        ({"first_name": "M" * 201}, "first_name"),
        ({"emails": "m" * 200 + "@home.test"}, "emails"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(session: Session, typed: dict[str, str], where: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make(session, **{"first_name": "Mara"} | typed)
    assert list(refusal.value.problems) == [where]


def test_approvals_go_to_the_marked_address_or_the_first(session: Session) -> None:
    first = make(session, first_name="Mara", emails="a@home.test\nb@home.test\n\na@home.test")
    marked = make(session, first_name="Olle", emails="a@home.test\nb@home.test", approval_email="B@home.test")
    assert first.emails == ["a@home.test", "b@home.test"]
    assert shown.detail(session, customer_id=first.id).approval_email == "a@home.test"
    assert shown.detail(session, customer_id=marked.id).approval_email == "B@home.test"


@pytest.mark.parametrize("search", ["mara", "LIND", "bakery", "b@home", "170 55", "1705551", "åbo", "ÅBO"])
def test_a_customer_is_found_by_name_company_address_and_phone(session: Session, search: str) -> None:
    make(
        session,
        first_name="Mara",
        last_name="Lind",
        company_name="Åbo Bakery",
        emails="b@home.test",
        phones="0170 555-1",
    )
    make(session, first_name="Olle")
    assert names(session, search) == ["Åbo Bakery (Mara Lind)"]


def test_signs_of_the_database_are_searched_as_they_are_written(session: Session) -> None:
    make(session, company_name="100% Clean")
    make(session, company_name="1000 Lakes")
    make(session, company_name="a_b")
    make(session, company_name="a-b")
    assert names(session, "100%") == ["100% Clean"]
    assert names(session, "a_b") == ["a_b"]
    assert names(session, "\\") == []


def test_the_pages_of_the_list_follow_each_other_without_gap_or_repetition(session: Session) -> None:
    for number in range(7):
        make(session, first_name="Same" if number % 2 else f"Name {number}")
    seen: list[int] = []
    after = None
    while True:
        page = shown.page(session, after=after, limit=3)
        seen += [row.id for row in page.rows]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 7


def test_a_change_counts_up_and_an_older_page_is_refused(session: Session) -> None:
    made = make(session, first_name="Mara")
    entry = CustomerEntry(first_name="Maria")
    customers.save(session, customer_id=made.id, row_version=1, entry=entry, actor=CLERK, now=clock.now())
    with pytest.raises(Conflict, match="changed this customer"):
        customers.save(session, customer_id=made.id, row_version=1, entry=entry, actor=CLERK, now=clock.now())
    assert (made.display_name, made.row_version) == ("Maria", 2)
    assert names(session, "maria") == ["Maria"]


def test_making_and_changing_need_their_permissions(session: Session) -> None:
    viewer = person("customers.view")
    made = make(session, first_name="Mara")
    with pytest.raises(Forbidden):
        customers.create(session, entry=CustomerEntry(first_name="X"), actor=viewer, now=clock.now())
    with pytest.raises(Forbidden):
        customers.save(
            session, customer_id=made.id, row_version=1, entry=CustomerEntry(), actor=viewer, now=clock.now()
        )
