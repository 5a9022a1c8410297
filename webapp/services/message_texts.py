"""What each message says: placeholders only, never template code; the stock in English, and how any text is filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A subject (the title in the feed) and a body, with `{placeholder}`s."""

    subject: str
    body: str


STOCK: Mapping[str, Text] = {
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

PING = "Ping"
"""What an endpoint is sent to try it out."""
DIGEST = "DailyDigest"

OF_EVERY_ORDER: Mapping[str, str] = {
    "number": "The work order's number",
    "type": "What kind of work it is",
    "status": "The status it has now",
    "customer": "The customer's name",
    "address": "Where the unit stands",
    "due": "The due date and time, in the unit's zone",
    "technician": "Who is assigned",
    "actor": "Who caused the change",
    "url": "The link: to the work order, for a customer to what is asked of him",
}
REASON, PHONE = {"reason": "The reason that was given"}, {"phone": "The customer's first phone number"}
MORE: Mapping[str, Mapping[str, str]] = {
    "CustomerNotReached": REASON | PHONE,
    "WorkOrderPaused": REASON,
    "WorkOrderQuantitiesDeclined": REASON,
    "WorkOrderSentBack": REASON,
    "WorkOrderCancelled": REASON,
}
BRACES = re.compile(r"\{([^{}]*)\}|[{}]")
UNKNOWN = "not given"


def placeholders(message: str) -> Mapping[str, str]:
    """The placeholders a text of this message may hold, each with what it stands for."""
    return {**OF_EVERY_ORDER, **MORE.get(message, {})}


def problem(message: str, text: str) -> str | None:
    """The sentence why this cannot be a text of the message, or None: only its placeholders may stand in braces."""
    known = placeholders(message)
    for found in BRACES.finditer(text):
        name = found.group(1)
        if name is None:
            return "A brace stands alone. Braces are only for placeholders, such as {number}."
        if name not in known:
            return f"{{{name}}} is not a placeholder of this message. It can hold {listed(known)}."
    return None


def listed(known: Mapping[str, str]) -> str:
    """The placeholders as people read a list."""
    *first, last = (f"{{{name}}}" for name in known)
    return f"{', '.join(first)} and {last}"


def fill(text: Text, context: Mapping[str, object]) -> Text:
    """Return the text with its placeholders filled; one that nothing is known of reads "not given"."""
    known = {name: str(value) for name, value in context.items() if value not in (None, "")}
    if "{reason}." in text.body and "reason" in known:
        known["reason"] = known["reason"].rstrip(".")

    def filled(template: str) -> str:
        said = BRACES.sub(lambda found: known.get(found.group(1) or "", UNKNOWN), template)
        return f"{said[:1].upper()}{said[1:]}"

    return Text(filled(text.subject), filled(text.body))
