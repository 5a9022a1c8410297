"""`/healthz` for whoever watches the service, `/metrics` for Prometheus."""

from __future__ import annotations

from importlib.metadata import version

from flask import Blueprint, current_app, jsonify
from flask.wrappers import Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from webapp import clock
from webapp.db import reading
from webapp.queries import health as queries
from webapp.up import broker
from webapp.views.access import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """200 when database, broker, worker and clock are alive, else 503; JSON says which is not."""
    url = current_app.config["REDIS_URL"]
    checks = {"database": True, "broker": url is not None and broker.answers(url), "worker": False, "clock": False}
    try:
        with reading() as session:
            found = queries.health(session, now=clock.now(), silent_after=current_app.config["SETTINGS"].silent_after)
        checks |= {"worker": found.worker, "clock": found.clock}
    except SQLAlchemyError:
        checks["database"] = False
    well = all(checks.values())
    answer = jsonify(status="ok" if well else "failing", version=version("fieldwright"), checks=checks)
    answer.status_code = 200 if well else 503
    return answer


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Counts of orders and deliveries, and how long each part of the clockwork has been silent."""
    with reading() as session:
        found = queries.numbers(session, now=clock.now(), silent_after=current_app.config["SETTINGS"].silent_after)
    registry = CollectorRegistry()
    for name, says, label, values in (
        ("fieldwright_work_orders", "Work orders by status", "status", found.orders),
        ("fieldwright_deliveries", "Deliveries by state", "state", found.deliveries),
        ("fieldwright_silence_seconds", "Seconds since a part of the clockwork signed", "part", found.silence),
        ("fieldwright_tick_age_seconds", "Seconds since a tick last ran to its end", "tick", found.ticks),
    ):
        gauge = Gauge(name, says, [label], registry=registry)
        for key, value in values.items():
            gauge.labels(key).set(value)
    for name, says, number in (
        ("fieldwright_workers", "Workers that signed lately", found.workers),
        ("fieldwright_oldest_waiting_seconds", "Seconds the oldest due delivery has waited", found.oldest_waiting),
    ):
        Gauge(name, says, registry=registry).set(number)
    return Response(generate_latest(registry), mimetype=CONTENT_TYPE_LATEST)
