"""The firm's holidays, days off and service visits: what every maintenance plan goes by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.actors import Actor
from webapp.errors import Forbidden, Invalid, NotFound
from webapp.models import Firm, MaintenancePlan
from webapp.recurrence.holidays import countries, regions
from webapp.services import entries

LONGEST_WAIT = 730


@dataclass(frozen=True, slots=True)
class MaintenanceSettings:
    """The settings as typed; `days_off` are numbers of days of the week, 0 is Monday."""

    holiday_country: str = ""
    holiday_region: str = ""
    days_off: tuple[str, ...] = ("5", "6")
    service_visits: bool = True
    service_visit_after_days: str = "30"
    service_visit_window_days: str = "60"


def stored(session: Session) -> MaintenanceSettings:
    """The settings in force; the usual ones before the firm is set up."""
    firm = session.get(Firm, 1)
    if firm is None:
        return MaintenanceSettings()
    return MaintenanceSettings(
        holiday_country=firm.holiday_country,
        holiday_region=firm.holiday_region,
        days_off=tuple(map(str, firm.days_off)),
        service_visits=firm.service_visits,
        service_visit_after_days=str(firm.service_visit_after_days),
        service_visit_window_days=str(firm.service_visit_window_days),
    )


def save(session: Session, *, entry: MaintenanceSettings, actor: Actor, now: datetime) -> None:
    """Change the settings; plans whose visits move on days off are looked at anew by the next tick."""
    if not actor.may("settings.edit"):
        raise Forbidden("settings.edit")
    problems: dict[str, str] = {}
    if entry.holiday_country and entry.holiday_country not in dict(countries()):
        problems["holiday_country"] = "Choose a country of the list, or none."
    elif entry.holiday_region and entry.holiday_region not in regions(entry.holiday_country):
        known = ", ".join(regions(entry.holiday_country)) or "none"
        problems["holiday_region"] = f"This country has no such region with holidays of its own. Its regions: {known}."
    if not set(entry.days_off) <= set("0123456"):
        problems["days_off"] = "Choose days of the week."
    elif len(set(entry.days_off)) == 7:
        problems["days_off"] = "Leave at least one day of the week for work."
    after, wrong = entries.whole(entry.service_visit_after_days, most=LONGEST_WAIT, says="This")
    if after is None:
        problems["service_visit_after_days"] = wrong or "Enter after how many days the visit is due."
    until, wrong = entries.whole(entry.service_visit_window_days, most=LONGEST_WAIT, says="This")
    if until is None:
        problems["service_visit_window_days"] = wrong or "Enter until which day it makes sense."
    elif after is not None and until < after:
        problems["service_visit_window_days"] = "This day cannot lie before the day the visit is due."
    if problems or after is None or until is None:
        raise Invalid(problems)
    firm = session.scalars(select(Firm).where(Firm.id == 1).with_for_update()).one_or_none()
    if firm is None:
        raise NotFound("The firm is not set up yet.")
    firm.holiday_country, firm.holiday_region = entry.holiday_country, entry.holiday_region
    firm.days_off = sorted(map(int, set(entry.days_off)))
    firm.service_visits = entry.service_visits
    firm.service_visit_after_days, firm.service_visit_window_days = after, until
    session.execute(
        update(MaintenancePlan)
        .where(MaintenancePlan.shift != "keep", MaintenancePlan.active, MaintenancePlan.wake_at.is_not(None))
        .values(wake_at=now)
    )
    session.flush()
