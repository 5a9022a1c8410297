"""What each message says: placeholders only, never template code.

Placeholders: number, type, status, unit, customer, address, due, technician, actor, reason, url, phone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A subject (also the title in the feed) and a body, with `{placeholder}`s."""

    subject: str
    body: str


TEXTS: Mapping[str, Text] = {
    "WorkOrderNeedsApproval": Text(
        "Please approve the parts for work order {number}",
        "Dear {customer},\n\nfor the {type} at {address} we need more of some parts than agreed. Please look at the list and"
        " approve or decline it here:\n\n{url}\n\nThank you.",
    ),
    "WorkOrderApprovalReminder": Text(
        "Reminder: work order {number} waits for your approval",
        "Dear {customer},\n\nwe asked you to approve parts for the {type} at {address}. We can go on when you have answered:"
        "\n\n{url}\n\nThank you.",
    ),
    "CustomerNotReached": Text(
        "Work order {number}: the customer could not be reached",
        "{customer} was to approve parts for work order {number}, but {reason} Phone: {phone}.\n\n{url}",
    ),
    "WorkOrderPaused": Text(
        "Work order {number} was paused", "{actor} paused work order {number} at {address}. Reason: {reason}.\n\n{url}"
    ),
    "WorkOrderSubmitted": Text(
        "Work order {number} is ready for review", "{actor} finished work order {number} at {address}.\n\n{url}"
    ),
    "WorkOrderOverdue": Text(
        "Work order {number} is overdue", "Work order {number} at {address} was due {due} and is {status}.\n\n{url}"
    ),
    "WorkOrderQuantitiesApproved": Text(
        "Work order {number}: quantities approved", "The quantities of work order {number} were approved.\n\n{url}"
    ),
    "WorkOrderQuantitiesDeclined": Text(
        "Work order {number}: quantities declined",
        "The quantities of work order {number} were declined and set back. Reason: {reason}.\n\n{url}",
    ),
    "WorkOrderAssigned": Text(
        "Work order {number} was assigned to you",
        "{type} at {address} for {customer}, due {due}.\n\n{url}",
    ),
    "WorkOrderUnassigned": Text(
        "Work order {number} is no longer yours", "{actor} took work order {number} at {address} from you.\n\n{url}"
    ),
    "WorkOrderRescheduled": Text(
        "Work order {number} has a new due date", "Work order {number} at {address} is now due {due}.\n\n{url}"
    ),
    "WorkOrderSentBack": Text(
        "Work order {number} was sent back", "{actor} sent work order {number} back. Reason: {reason}.\n\n{url}"
    ),
    "WorkOrderCompleted": Text(
        "Work order {number} is completed", "Work order {number} at {address} is completed.\n\n{url}"
    ),
    "WorkOrderCancelled": Text(
        "Work order {number} was cancelled", "Work order {number} at {address} was cancelled. Reason: {reason}."
    ),
    "WorkOrderScheduled": Text(
        "Your appointment: {type} at {address}", "Dear {customer},\n\n{technician} is expected {due}.\n"
    ),
}

UNKNOWN = "not given"


class Filling(dict[str, str]):
    """What is known; a placeholder nobody filled reads "not given"."""

    def __missing__(self, key: str) -> str:
        return UNKNOWN


def fill(message: str, context: Mapping[str, object]) -> Text:
    """Return the message's text with its placeholders filled; raises KeyError for a message that is not on the list."""
    known = Filling({name: str(value) for name, value in context.items() if value not in (None, "")})
    text = TEXTS[message]
    if "{reason}." in text.body and "reason" in known:
        known["reason"] = known["reason"].rstrip(".")
    body = text.body.format_map(known)
    return Text(text.subject.format_map(known), f"{body[:1].upper()}{body[1:]}")
