"""When something that comes again is due: rules in RFC 5545's words, on a calendar, in a time zone."""

from webapp.recurrence.calendar import OPEN, Calendar, Season, Shift
from webapp.recurrence.occurrences import Occurrence, moment_of, occurrences
from webapp.recurrence.rule import Rule, read
from webapp.recurrence.schedule import Schedule

__all__ = [
    "OPEN",
    "Calendar",
    "Occurrence",
    "Rule",
    "Schedule",
    "Season",
    "Shift",
    "moment_of",
    "occurrences",
    "read",
]
