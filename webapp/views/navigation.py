"""The top navigation: which places a person can go to, each only with its permission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webapp.actors import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation as the table below states it: shown to who holds one of `permissions`."""

    label: str
    address: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as one person sees it."""

    label: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Navigation:
    """What the top bar shows."""

    places: tuple[Entry, ...]
    settings: tuple[Entry, ...]
    in_settings: bool
    notifications: str = "/notifications"


PLACES = (
    # Without work_orders.view a person still has the orders assigned to him or made by him.
    Place("Work Orders", "/work-orders", ("work_orders.view", "work_orders.create", "work_orders.perform")),
    Place("My Day", "/my-day", ("work_orders.perform",)),
    Place("Customers", "/customers", ("customers.view",)),
    Place("Units", "/units", ("units.view",)),
    Place("Maintenance", "/maintenance", ("maintenance.view",)),
    Place("Workflows", "/workflows", ("workflows.view",)),
)
SETTINGS = (
    Place("Users", "/settings/users", ("users.view",)),
    Place("Device Types", "/settings/device-types", ("device_types.view",)),
    Place("Items", "/settings/items", ("items.view",)),
    Place("Firm", "/settings/firm", ("settings.view",)),
    Place("Messages", "/settings/messages", ("settings.view",)),
    Place("Webhooks", "/settings/webhooks", ("settings.view",)),
    Place("Deliveries", "/deliveries", ("work_orders.supervise",)),
    Place("Operations", "/settings/operations", ("settings.view",)),
)


def navigation(actor: Actor, path: str) -> Navigation:
    """The navigation of one person on the page at `path`."""

    def entries(places: tuple[Place, ...]) -> tuple[Entry, ...]:
        return tuple(
            Entry(place.label, place.address, path == place.address or path.startswith(place.address + "/"))
            for place in places
            if any(actor.may(permission) for permission in place.permissions)
        )

    settings = entries(SETTINGS)
    return Navigation(entries(PLACES), settings, in_settings=any(entry.current for entry in settings))


def start_page(actor: Actor) -> str:
    """Where a person begins: a technician in his day, others in the first place they may go to."""
    if actor.may("work_orders.perform") and not actor.may("work_orders.view"):
        return "/my-day"
    places = navigation(actor, "").places
    return places[0].address if places else "/notifications"
