"""Customers: whom the firm works for, made and changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.folding import fold
from webapp.models import Customer
from webapp.services import entries, versions
from webapp.services.firm_texts import LANGUAGE

TYPES = {"residential": "Residential", "commercial": "Commercial", "government": "Government"}


@dataclass(frozen=True, slots=True)
class CustomerEntry:
    """A customer as typed: `emails` and `phones` one a line; an empty `approval_email` means the first."""

    type: str = "residential"
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    emails: str = ""
    approval_email: str = ""
    phones: str = ""
    billing_address: str = ""
    language: str = ""


def create(session: Session, *, entry: CustomerEntry, actor: Actor, now: datetime) -> Customer:
    """Make a customer; raises Invalid with a sentence per field."""
    if not actor.may("customers.create"):
        raise Forbidden("customers.create")
    return add(session, entry=entry, now=now)


def add(session: Session, *, entry: CustomerEntry, now: datetime) -> Customer:
    """Make a customer for who was already found entitled: a new work order brings its customer along."""
    customer = Customer(created_at=now)
    fill(customer, entry)
    session.add(customer)
    session.flush()
    return customer


def save(
    session: Session, *, customer_id: int, row_version: int, entry: CustomerEntry, actor: Actor, now: datetime
) -> Customer:
    """Change a customer; raises Conflict when somebody else did since the page was made, Invalid per field."""
    if not actor.may("customers.edit"):
        raise Forbidden("customers.edit")
    customer = session.get(Customer, customer_id, with_for_update=True, populate_existing=True)
    if customer is None:
        raise NotFound("There is no such customer.")
    versions.check(customer, row_version, what="this customer")
    fill(customer, entry)
    versions.touch(customer, actor=actor, now=now)
    session.flush()
    return customer


def fill(customer: Customer, entry: CustomerEntry) -> None:
    """Put what was typed into the row; raises Invalid and leaves the row alone when something cannot be right."""
    names = {name: entries.line(getattr(entry, name)) for name in ("first_name", "last_name", "company_name")}
    emails, phones = entries.lines(entry.emails), entries.lines(entry.phones)
    approval = entries.line(entry.approval_email)
    address = entries.paragraph(entry.billing_address)
    problems = entries.too_long(
        names | {"emails": max(emails, key=len, default=""), "phones": max(phones, key=len, default="")}
    )
    problems |= entries.too_long({"billing_address": address}, longest=entries.LONGEST_TEXT)
    if entry.language and not LANGUAGE.fullmatch(entry.language):
        problems["language"] = "Choose a language of the list."
    if entry.type not in TYPES:
        problems["type"] = "Choose residential, commercial or government."
    if not names["first_name"] and not names["company_name"]:
        problems["first_name"] = "Enter a first name or a company name."
    wrong = [email for email in emails if not entries.EMAIL.fullmatch(email)]
    if wrong:
        problems["emails"] = f"This does not look like an e-mail address: {wrong[0]}"
    if approval and approval.lower() not in map(str.lower, emails):
        problems["approval_email"] = "The e-mail for approvals must be one of the addresses above."
    odd = [phone for phone in phones if not any(letter.isdigit() for letter in phone)]
    if odd:
        problems["phones"] = f"This does not look like a phone number: {odd[0]}"
    if problems:
        raise Invalid(problems)
    customer.type = entry.type
    customer.first_name, customer.last_name, customer.company_name = names.values()
    customer.emails, customer.phones, customer.approval_email = list(emails), list(phones), approval
    customer.billing_address, customer.language = address, entry.language
    customer.display_name = display_name(**names)
    customer.search_text = search_text(*names.values(), *emails, *phones)


def display_name(*, first_name: str, last_name: str, company_name: str) -> str:
    """How a customer is called: the company with its person in brackets, or the person."""
    person = f"{first_name} {last_name}".strip()
    if company_name and person:
        return f"{company_name} ({person})"
    return company_name or person


def search_text(*words: str) -> str:
    """What the search looks through: every word folded, phone numbers also as bare digits."""
    person = " ".join(words)
    digits = [bare for word in words if len(bare := "".join(filter(str.isdigit, word))) > 5]
    return fold(" ".join([person, *digits]))
