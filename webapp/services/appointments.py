"""An order as an appointment in a calendar (RFC 5545): the same UID for its whole life, a SEQUENCE that only grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vText

from webapp.queries.appointments import Appointment

Method = Literal["REQUEST", "PUBLISH", "CANCEL"]
PRODUCT = "-//Fieldwright//Work orders//EN"


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands in an appointment."""

    name: str
    email: str


def uid(order_id: int, host: str) -> str:
    """The appointment's name in every calendar, whatever becomes of the order."""
    return f"work-order-{order_id}@{host}"


def invitation(one: Appointment, *, method: Method, host: str, organizer: Person, attendee: Person | None) -> bytes:
    """A calendar that asks for, shows or calls off one appointment (RFC 5546), as a mail carries it."""
    calendar = _calendar()
    calendar.add("method", method)
    event = _event(one, host)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("organizer", _address(organizer))
    if attendee is not None:
        address = _address(attendee)
        address.params["ROLE"] = vText("REQ-PARTICIPANT")
        address.params["PARTSTAT"] = vText("ACCEPTED")
        address.params["RSVP"] = vText("FALSE")
        event.add("attendee", address, encode=False)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed(appointments: Sequence[Appointment], *, name: str, host: str) -> bytes:
    """A calendar to subscribe to, with everything that stands now; what is gone is left out, and so vanishes."""
    calendar = _calendar()
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for one in appointments:
        event = _event(one, host)
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _event(one: Appointment, host: str) -> Event:
    event = Event()
    event.add("uid", uid(one.order_id, host))
    event.add("sequence", one.sequence)
    event.add("dtstamp", one.changed_at.astimezone(UTC))
    event.add("dtstart", one.starts.astimezone(UTC))
    event.add("dtend", (one.starts + timedelta(minutes=one.minutes)).astimezone(UTC))
    event.add("summary", one.title)
    event.add("location", one.place)
    event.add("description", one.words)
    event.add("url", one.url)
    return event


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    address.params["CN"] = vText(person.name)
    return address
