"""The peer's order, its items, its changes and its outbox; the history is django-fsm-log's."""
# mypy: disable-error-code="import-untyped, misc, untyped-decorator"
# Django and its libraries ship no types.

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django_fsm import FSMField
from django_fsm import transition as moves
from django_fsm_log.decorators import fsm_log_by

PERMISSION = "django_peer.change_order"


def nothing_over_its_limit(order: Order) -> bool:
    """The guard: reads the order's items."""
    return all(line.quantity <= line.limit for line in order.lines.all())


class Order(models.Model):
    """One job."""

    status = FSMField(default="pending", protected=True)
    row_version = models.IntegerField(default=1)
    technician = models.ForeignKey(User, on_delete=models.PROTECT)

    @fsm_log_by
    @moves(field=status, source=["pending", "paused"], target="ongoing", conditions=[nothing_over_its_limit])
    def start(self, by: Any = None) -> None:
        """Work begins, or goes on."""

    @fsm_log_by
    @moves(field=status, source="ongoing", target="paused", conditions=[nothing_over_its_limit])
    def pause(self, by: Any = None) -> None:
        """Work rests."""


class Line(models.Model):
    """A quantity of one item."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    limit = models.DecimalField(max_digits=12, decimal_places=3)


class Change(models.Model):
    """One changed field."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    field = models.CharField(max_length=50)
    old = models.CharField(max_length=50)
    new = models.CharField(max_length=50)


class Message(models.Model):
    """One row of the outbox."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    message = models.CharField(max_length=50)
    state = models.CharField(max_length=20, db_index=True)


def press(number: int, who: Callable[[], User]) -> None:
    """One transition: lock the order, look up the person and his permission, move on, note the change, tell one person."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(id=number)
        user = who()
        assert user.has_perm(PERMISSION)
        before = order.status
        if before == "ongoing":
            order.pause(by=user)
        else:
            order.start(by=user)
        order.row_version += 1
        order.save()
        Change.objects.create(order=order, field="status", old=before, new=order.status)
        Message.objects.create(order=order, message="WorkOrderPaused", state="waiting")
