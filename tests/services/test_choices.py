"""What a person chose is kept to: no mail of some messages, none in quiet hours, one a day; the application always tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.services.firm import NOW, World, repair, save
from webapp.errors import Invalid
from webapp.models import Delivery, Firm, Notification, NotificationChoices
from webapp.services import deliveries, digests, message_texts, notification_choices
from webapp.services.choices import Choices
from webapp.services.notification_choices import Entry

ALL = tuple(message_texts.STOCK)


def choose(session: Session, world: World, now: datetime = NOW, **typed: object) -> None:
    given: dict[str, object] = {"mail": ALL, **typed}
    notification_choices.save(session, entry=Entry(**given), actor=world.ana, now=now)  # type: ignore[arg-type]


def told(session: Session, world: World) -> dict[str, Delivery]:
    rows = session.scalars(select(Delivery).where(Delivery.user_id == world.ana.user_id)).all()
    return {row.channel: row for row in rows}


def test_a_message_somebody_wants_no_mail_of_still_comes_into_his_feed(session: Session, world: World) -> None:
    choose(session, world, mail=tuple(message for message in ALL if message != "WorkOrderAssigned"))
    repair(session, world, technician=world.ana)
    assert set(told(session, world)) == {"in_app"}


def test_a_mail_in_quiet_hours_waits_until_they_end_and_the_feed_does_not(session: Session, world: World) -> None:
    choose(session, world, quiet_from="08:00", quiet_until="10:30", time_zone="Europe/Berlin")
    repair(session, world, technician=world.ana)  # at 10:00 in Berlin
    rows = told(session, world)
    assert rows["mail"].next_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert rows["in_app"].next_at == NOW
    assert deliveries.claim(session, now=NOW) == ()
    assert len(deliveries.claim(session, now=NOW + timedelta(minutes=30))) == 1


def test_without_a_zone_of_his_own_the_firms_counts(session: Session, world: World) -> None:
    session.execute(update(Firm).values(time_zone="America/New_York"))
    choose(session, world, quiet_from="22:00", quiet_until="06:00")
    repair(session, world, technician=world.ana)  # at 4:00 in New York
    assert told(session, world)["mail"].next_at == datetime(2026, 3, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 3, 2, 21, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 2, 22, 0, tzinfo=UTC), datetime(2026, 3, 3, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 3, 5, 59, tzinfo=UTC), datetime(2026, 3, 3, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 3, 6, 0, tzinfo=UTC), None),
    ],
)
def test_quiet_hours_over_midnight_end_in_the_morning(now: datetime, until: datetime | None) -> None:
    assert Choices(quiet_from=22 * 60, quiet_until=6 * 60).after_quiet(now) == (until or now)


def test_on_the_night_of_the_clock_change_the_mail_goes_out_at_the_hour_on_the_wall() -> None:
    berlin = Choices(quiet_from=22 * 60, quiet_until=6 * 60, zone="Europe/Berlin")
    assert berlin.after_quiet(datetime(2026, 3, 28, 23, tzinfo=UTC)) == datetime(2026, 3, 29, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"quiet_from": "25:00", "quiet_until": "06:00"}, "quiet_from"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
        ({"digest": True}, "digest_at"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"mail": ("Nonsense",)}, "mail"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(
    session: Session, world: World, typed: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        choose(session, world, **typed)
    assert set(refused.value.problems) == {field}


# The daily mail


def mails(session: Session) -> list[Delivery]:
    return list(session.scalars(select(Delivery).where(Delivery.message == "DailyDigest").order_by(Delivery.id)))


def test_one_mail_a_day_lists_everything_that_came_and_nothing_twice(session: Session, world: World) -> None:
    choose(session, world, digest=True, digest_at="17:00", time_zone="UTC")
    for _ in range(3):
        repair(session, world, technician=world.ana)
    assert set(told(session, world)) == {"in_app"}, "no mail for each"
    deliveries.feed(session, now=NOW, base_url="http://here")
    evening = NOW.replace(hour=17)
    assert digests.due(session, now=NOW) == []
    assert digests.due(session, now=evening) == [world.ana.user_id]
    assert digests.write(session, user_id=world.ana.user_id or 0, now=evening)
    assert not digests.write(session, user_id=world.ana.user_id or 0, now=evening), "a second worker comes too late"
    assert digests.due(session, now=evening + timedelta(hours=2)) == []
    (mail,) = mails(session)
    assert mail.context["subject"] == "3 things happened since your last daily mail"
    assert mail.context["body"].count("was assigned to you") == 3
    repair(session, world, technician=world.ana)
    deliveries.feed(session, now=evening, base_url="http://here")
    assert digests.write(session, user_id=world.ana.user_id or 0, now=evening + timedelta(days=1))
    assert mails(session)[1].context["body"].count("was assigned to you") == 1
    unmarked = select(func.count()).select_from(Notification).where(Notification.digest_id.is_(None))
    mine = unmarked.where(Notification.user_id == world.ana.user_id)
    assert session.scalar(mine) == 0


def test_a_day_on_which_nothing_came_has_no_mail(session: Session, world: World) -> None:
    choose(session, world, digest=True, digest_at="17:00", time_zone="UTC")
    assert not digests.write(session, user_id=world.ana.user_id or 0, now=NOW.replace(hour=18))
    assert mails(session) == []


def test_what_came_before_somebody_chose_the_daily_mail_is_not_in_it(session: Session, world: World) -> None:
    repair(session, world, technician=world.ana)
    deliveries.feed(session, now=NOW - timedelta(hours=1), base_url="http://here")
    choose(session, world, digest=True, digest_at="17:00", time_zone="UTC")
    assert not digests.write(session, user_id=world.ana.user_id or 0, now=NOW.replace(hour=18))


def test_a_digest_that_dies_before_its_commit_is_written_whole_the_next_time(session: Session, world: World) -> None:
    choose(session, world, digest=True, digest_at="17:00", time_zone="UTC")
    save(session, repair(session, world), world.sam, technician_id=world.ana.user_id)
    deliveries.feed(session, now=NOW, base_url="http://here")
    with session.begin_nested() as attempt:
        assert digests.write(session, user_id=world.ana.user_id or 0, now=NOW.replace(hour=18))
        attempt.rollback()
    session.expire_all()
    assert session.get_one(NotificationChoices, world.ana.user_id).digest_on == ""
    assert digests.write(session, user_id=world.ana.user_id or 0, now=NOW.replace(hour=18))
    assert len(mails(session)) == 1


def test_a_day_that_comes_back_with_another_zone_has_no_second_mail_and_stops_nobody_elses(
    session: Session, world: World
) -> None:
    choose(session, world, digest=True, digest_at="07:00", time_zone="Asia/Tokyo")
    repair(session, world, technician=world.ana)
    deliveries.feed(session, now=NOW, base_url="http://here")
    first = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # the 3rd in Tokyo
    assert digests.write(session, user_id=world.ana.user_id or 0, now=first)
    choose(session, world, now=first, digest=True, digest_at="07:00", time_zone="Europe/Berlin")
    repair(session, world, technician=world.ana)
    deliveries.feed(session, now=first, base_url="http://here")
    assert digests.due(session, now=first) == [], "in Berlin it is still the 2nd"
    assert not digests.write(session, user_id=world.ana.user_id or 0, now=first)
    assert digests.due(session, now=datetime(2026, 3, 3, 7, tzinfo=UTC)) == [], "the 3rd had its mail"
    later = datetime(2026, 3, 4, 7, tzinfo=UTC)
    assert digests.write(session, user_id=world.ana.user_id or 0, now=later)
    assert len(mails(session)) == 2
