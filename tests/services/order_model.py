"""What becomes of an order, said once more and much more simply than the program says it: the model of the model test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

OPEN = ("unassigned", "waiting_approval", "pending", "paused")
SUPERVISED = (*OPEN, "ongoing")


@dataclass(slots=True)
class Line:
    """A quantity of an item with a limit (None: no limit)."""

    limit: int | None
    quantity: int = 0
    approved: int | None = None
    used: int | None = None
    listed: bool = False
    """Whether the order has the line at all: from its first quantity on."""

    @property
    def over(self) -> bool:
        return self.limit is not None and self.quantity > max(self.limit, self.approved or 0)


@dataclass(slots=True)
class Order:
    """One order as the model knows it."""

    lines: dict[int, Line]
    status: str = ""
    version: int = 1
    rows: int = 0
    technician: int | None = None
    due: datetime | None = None
    resume: datetime | None = None
    begun: bool = False
    stay: int = 0
    workers: set[int] = field(default_factory=set)
    rung: set[tuple[str, int, datetime]] = field(default_factory=set)

    @property
    def over(self) -> bool:
        return any(line.over for line in self.lines.values())

    def go(self, *statuses: str) -> None:
        """Take these steps and the automatic rules after them, as one change."""
        before = self.status
        for status in statuses:
            self.status, self.rows = status, self.rows + 1
        while (after := self._by_itself()) is not None:
            self.status, self.rows = after, self.rows + 1
        if self.status != before:
            self.stay = self.rows

    def _by_itself(self) -> str | None:
        here, given = self.status, self.technician is not None
        if here in ("pending", "waiting_approval", "paused") and not given:
            return "unassigned"
        if here in ("unassigned", "pending") and given and self.over:
            return "waiting_approval"
        if here in ("ongoing", "paused") and self.over:
            return "waiting_approval"
        if here in ("waiting_approval", "unassigned") and given and not self.over:
            return "pending"
        return "paused" if here == "pending" and self.begun else None

    def assign(self, technician: int | None) -> None:
        if self.status in OPEN and technician != self.technician:
            self.technician, self.version = technician, self.version + 1
            self.go()

    def move(self, due: datetime) -> None:
        if self.status in SUPERVISED and due != self.due:
            self.due, self.version = due, self.version + 1
            self.go()

    def set_quantity(self, item: int, quantity: int) -> None:
        line = self.lines[item]
        if self.status in SUPERVISED and quantity != line.quantity:
            line.quantity, line.listed, self.version = quantity, True, self.version + 1
            self.go()

    def use(self, item: int, used: int) -> None:
        line = self.lines[item]
        if self.status in ("ongoing", "paused") and line.listed and used != line.used:
            line.used, self.version = used, self.version + 1
            self.go()

    def press(self, button: str, by: int, *, resume: datetime | None = None) -> bool:
        """Whether it could be pressed; by a supervisor, who counts as having worked where buttons of work are pressed."""
        used = all(line.used is not None or line.quantity == 0 for line in self.lines.values())
        within = all(line.used is None or line.used <= line.quantity for line in self.lines.values())
        match button, self.status:
            case ("start", "pending") | ("resume", "paused"):
                self.begun, target = True, "ongoing"
                self.resume = None if button == "resume" else self.resume
            case "pause", "ongoing":
                self.resume, target = resume, "paused"
            case "submit", "ongoing" if used and within:
                target = "waiting_review"
            case "complete", "waiting_review" if by not in self.workers and by != self.technician:
                target = "completed"
            case "reopen", "completed":
                target = "ongoing"
            case _:
                return False
        if button in ("start", "resume", "submit") and by:
            self.workers.add(by)
        self.version += 1
        self.go(target)
        return True

    def answer(self, *, approve: bool) -> None:
        """The customer approves what is over, or declines and what is over goes back."""
        assert self.status == "waiting_approval"
        for line in (line for line in self.lines.values() if line.over):
            if approve:
                line.approved = line.quantity
            else:
                line.quantity = max(line.limit or 0, line.approved or 0)
        self.version += 1
        self.go("pending")

    def ring(self, now: datetime) -> None:
        """The timers of tests.services.timing, in due order."""
        while True:
            counting = [("overdue", self.due, timedelta(hours=1))] if self.status in OPEN else []
            counting += [("resume", self.resume, timedelta(0))] if self.status == "paused" else []
            due = [
                (moment + span, name, moment)
                for name, moment, span in counting
                if moment and moment + span <= now and (name, self.stay, moment) not in self.rung
            ]
            if not due:
                return
            _, name, moment = min(due, key=lambda one: one[0])
            self.rung.add((name, self.stay, moment))
            if name == "resume":
                assert self.press("resume", 0)
