"""The beat table: which tick is sent how often. Ticks are idempotent, so any number of beats may send them.

First comes the sign of life, then work that is due, then tidying up. Seconds, never `crontab`: it is wrong on the nights the
clocks change.
"""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "sign of life": {"task": "clock.tick", "schedule": 10.0, "options": {"expires": 30}},
    "feed": {"task": "deliveries.feed", "schedule": 2.0, "options": {"expires": 10}},
    "mail": {"task": "deliveries.mail", "schedule": 3.0, "options": {"expires": 30}},
    "webhooks": {"task": "deliveries.webhooks", "schedule": 3.0, "options": {"expires": 30}},
    "digests": {"task": "deliveries.digests", "schedule": 30.0, "options": {"expires": 60}},
    "workflows": {"task": "workflows.tick", "schedule": 3.0, "options": {"expires": 30}},
    "rehearsals": {"task": "workflows.rehearse", "schedule": 3.0, "options": {"expires": 30}},
    "timers": {"task": "timers.tick", "schedule": 15.0, "options": {"expires": 60}},
    "maintenance": {"task": "maintenance.tick", "schedule": 15.0, "options": {"expires": 60}},
    "insight": {"task": "insight.tick", "schedule": 60.0, "options": {"expires": 120}},
}
