"""What a person chose about being told: no mail of some messages, quiet hours, a daily digest; pure of any database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Choices:
    """One person's choices; minutes count from midnight in `zone`. In the application everybody is always told."""

    mail_off: frozenset[str] = frozenset()
    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_at: int | None = None
    zone: str = "UTC"

    def wants_mail(self, message: str) -> bool:
        """Whether the message goes out as a mail of its own; who has a digest finds it there instead."""
        return self.digest_at is None and message not in self.mail_off

    def after_quiet(self, now: datetime) -> datetime:
        """The earliest moment a mail may go out: now, or the end of the quiet hours it falls into."""
        begins, ends = self.quiet_from, self.quiet_until
        if begins is None or ends is None or begins == ends:
            return now
        local = now.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        quiet = begins <= minute < ends if begins < ends else minute >= begins or minute < ends
        if not quiet:
            return now
        day = local.date() + timedelta(days=1 if minute >= ends else 0)
        end = datetime.combine(day, at(ends), ZoneInfo(self.zone)).astimezone(UTC)
        return max(now, end)

    def digest_due(self, now: datetime) -> str | None:
        """The day, in the person's zone, whose digest is due at this moment, or None when he wants none or it is too early."""
        if self.digest_at is None:
            return None
        local = now.astimezone(ZoneInfo(self.zone))
        return local.date().isoformat() if local.time() >= at(self.digest_at) else None


EVERYTHING = Choices()
"""Of who chose nothing: every mail, at once."""


def at(minute: int) -> time:
    """The time of day that many minutes after midnight."""
    return time(minute // 60, minute % 60)
