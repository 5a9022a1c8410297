"""Units as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from webapp.errors import NotFound
from webapp.models import Customer, DeviceModel, DeviceType, Firm, Unit
from webapp.queries.customers import unit_name
from webapp.queries.searching import matches

PAGE = 50


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A line of the list."""

    id: int
    name: str
    serial_number: str
    service_address: str
    customer_id: int | None
    customer: str
    archived: bool


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Some units, newest first; `next` is where the following page begins, or None."""

    rows: tuple[UnitRow, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class UnitDetail:
    """One unit; its moments are in its `zone`. `time_zone` is empty when the zone is the firm's."""

    row: UnitRow
    device_model_id: int | None
    device_type_id: int | None
    device_type: str
    time_zone: str
    zone: str
    warranty_months: int | None
    installed: datetime | None
    serviced: datetime | None
    maintained: datetime | None
    row_version: int
    updated_at: datetime | None


def page(
    session: Session, *, search: str = "", archived: bool = False, after: int | None = None, limit: int = PAGE
) -> UnitPage:
    """Units whose customer, serial number, model or address hold every word of `search`, older than `after`."""
    wanted = joined().where(Unit.archived == archived).order_by(Unit.id.desc()).limit(limit + 1)
    if search.strip():
        columns = (Customer.search_text, Unit.search_text, DeviceModel.search_text, DeviceType.search_text)
        wanted = wanted.where(matches(search, *columns))
    if after is not None:
        wanted = wanted.where(Unit.id < after)
    found = session.execute(wanted).all()
    rows = tuple(row_of(each) for each in found[:limit])
    return UnitPage(rows, rows[-1].id if len(found) > limit else None)


def detail(session: Session, *, unit_id: int) -> UnitDetail:
    """One unit; raises NotFound."""
    found = session.execute(joined().where(Unit.id == unit_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such unit.")
    unit, _customer, _model, device_type = found
    zone = unit.time_zone or session.execute(select(Firm.time_zone)).scalar() or "UTC"
    return UnitDetail(
        row=row_of(found),
        device_model_id=unit.device_model_id,
        device_type_id=None if device_type is None else device_type.id,
        device_type="" if device_type is None else device_type.name,
        time_zone=unit.time_zone or "",
        zone=zone,
        warranty_months=unit.warranty_months,
        installed=local(unit.installed_at, zone),
        serviced=local(unit.serviced_at, zone),
        maintained=local(unit.maintained_at, zone),
        row_version=unit.row_version,
        updated_at=unit.updated_at,
    )


def joined() -> Select[Unit, Customer, DeviceModel, DeviceType]:
    """Units with their customer, model and type, each of which may be missing."""
    return (
        select(Unit, Customer, DeviceModel, DeviceType)
        .outerjoin(Customer, Unit.customer_id == Customer.id)
        .outerjoin(DeviceModel, Unit.device_model_id == DeviceModel.id)
        .outerjoin(DeviceType, DeviceModel.device_type_id == DeviceType.id)
    )


def row_of(found: Row[Unit, Customer, DeviceModel, DeviceType]) -> UnitRow:
    """A line from what `joined` found."""
    unit: Unit = found[0]
    customer: Customer | None = found[1]
    device_type: DeviceType | None = found[3]
    return UnitRow(
        id=unit.id,
        name=unit_name(found[2], device_type.name if device_type else None),
        serial_number=unit.serial_number,
        service_address=unit.service_address,
        customer_id=unit.customer_id,
        customer=customer.display_name if customer else "",
        archived=unit.archived,
    )


def local(moment: datetime | None, zone: str) -> datetime | None:
    """The moment as a clock in the zone shows it."""
    return None if moment is None else moment.astimezone(ZoneInfo(zone))
