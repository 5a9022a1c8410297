"""Draining the outbox: the feed in one transaction a batch, mail by lease, one conversation after another."""

import time

from celery import shared_task
from flask import current_app

from webapp import clock
from webapp.db import reading, unit_of_work
from webapp.services import addresses, deliveries, postman

ENOUGH = 25.0
"""Seconds after which a run starts no further conversation; the next tick goes on."""


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
    """Send waiting mails, each leased, tried and written down before the next is taken."""
    settings = current_app.config["SETTINGS"]
    began = time.monotonic()
    while time.monotonic() - began < ENOUGH:
        with unit_of_work() as session:
            claimed = deliveries.claim(session, now=clock.now(), limit=1)
        if not claimed:
            return
        with reading() as session:
            where = addresses.of(session, mail=claimed[0], settings=settings)
        result = postman.carry(
            claimed[0], smtp_url=settings.smtp_url, url=where.url, masked_url=where.masked, sender=where.sender
        )
        with unit_of_work() as session:
            deliveries.finish(session, mail=claimed[0], result=result, now=clock.now())
