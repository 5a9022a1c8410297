"""The beat table: which tick is sent how often. Ticks are idempotent, so any number of beats may send them.

The order is that of a minute: first the heartbeat that says the clock runs, then work that is due, then tidying up.
"""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {}
