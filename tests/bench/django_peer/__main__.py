"""A process of the peer: `prepare` makes its tables and orders, otherwise it presses on its share of them."""
# mypy: disable-error-code="import-untyped, misc, untyped-decorator"
# Django and its libraries ship no types.

from __future__ import annotations

import itertools
import os
import sys

import django

from tests.bench import rounds
from tests.bench.world import LINES, ORDERS

NAME = "technician"


def prepare() -> None:
    """Make the tables, the technician with his permission, and the orders."""
    from django.contrib.auth.models import Permission, User
    from django.core.management import call_command

    from tests.bench.django_peer.models import Line, Order

    call_command("migrate", verbosity=0)
    call_command(
        "migrate", run_syncdb=True, verbosity=0
    )  # ours has no migrations, and points at tables of those that do
    user = User.objects.create_user(NAME)
    user.user_permissions.add(Permission.objects.get(codename="change_order"))
    made = Order.objects.bulk_create([Order(technician=user) for _ in range(ORDERS)])
    Line.objects.bulk_create([Line(order=order, quantity=1, limit=5) for order in made for _ in range(LINES)])


def press(which: int, size: int) -> None:
    """Press on every `size`th order, beginning with the `which`th."""
    from django.contrib.auth.models import User

    from tests.bench.django_peer.models import Order, press

    mine = list(Order.objects.order_by("id").values_list("id", flat=True))[which::size]
    ids = itertools.cycle([one for one in mine for _ in range(2)])  # every second press is a pause

    def step() -> None:
        press(next(ids), lambda: User.objects.get(username=NAME))

    rounds.serve([step])


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.django_peer.settings"
    django.setup()
    if sys.argv[1] == "prepare":
        prepare()
    else:
        press(int(sys.argv[1]), int(sys.argv[2]))
