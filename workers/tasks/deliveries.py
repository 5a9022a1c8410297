"""Draining the outbox: the feed in one transaction a batch; mail and webhooks by lease, each lane apart from the others."""

from functools import partial

from celery import shared_task
from flask import current_app

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.services import addresses, courier, deliveries, digests, postman, webhooks
from webapp.services.courier import Letter
from webapp.services.deliveries import Claimed, Result
from workers import lanes
from workers.lanes import Talk

EACH = {deliveries.MAIL: 4, deliveries.WEBHOOK: 2}
"""Conversations at a time with one mail domain and with one endpoint, over all workers."""


@shared_task(name="deliveries.feed")
def feed() -> None:
    """Put what waits into people's feeds."""
    base_url = current_app.config["SETTINGS"].base_url
    found = deliveries.BATCH
    while found == deliveries.BATCH:
        with unit_of_work() as session:
            found = deliveries.feed(session, now=clock.now(), base_url=base_url)


@shared_task(name="deliveries.mail")
def mail() -> None:
    """Send waiting mails, each leased, tried and written down by itself."""
    lanes.drive(claim=partial(claim, deliveries.MAIL), prepare=as_mail, finish=finish, meanwhile=feed)


@shared_task(name="deliveries.webhooks")
def hooks() -> None:
    """Send waiting webhooks, each leased, tried and written down by itself."""
    lanes.drive(claim=partial(claim, deliveries.WEBHOOK), prepare=as_webhook, finish=finish, meanwhile=feed)


@shared_task(name="deliveries.digests")
def daily() -> None:
    """Write the daily mails that are due, one person a transaction."""
    with reading() as session:
        due = digests.due(session, now=clock.now())
    for user_id in due:
        with unit_of_work() as session:
            digests.write(session, user_id=user_id, now=clock.now())


def claim(channel: str, limit: int) -> tuple[Claimed, ...]:
    """Lease what is due over a channel, so much of each lane."""
    with unit_of_work() as session:
        return deliveries.claim(session, now=clock.now(), channel=channel, limit=limit, each=EACH[channel])


def finish(claimed: Claimed, result: Result) -> None:
    """Write down what came of a try."""
    with unit_of_work() as session:
        deliveries.finish(session, claimed=claimed, result=result, now=clock.now())


def as_mail(claimed: Claimed) -> Talk:
    """One mail, with all it says read already."""
    settings = current_app.config["SETTINGS"]
    with reading() as session:
        where = addresses.of(session, mail=claimed, settings=settings)
    return partial(postman.carry, claimed, smtp_url=settings.smtp_url, where=where)


def as_webhook(claimed: Claimed) -> Talk:
    """One webhook, with all it says read already; one that cannot be sent comes to its end at once."""
    settings = current_app.config["SETTINGS"]
    with reading() as session:
        found = webhooks.letter(session, claimed=claimed, base_url=settings.base_url, now=clock.now())
    if not isinstance(found, Letter):
        return partial(Result, "undeliverable", found)
    return partial(
        courier.carry,
        found,
        now=clock.now(),
        loopback=settings.webhooks_to_loopback,
        https_only=not settings.demo,
    )
