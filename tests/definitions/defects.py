"""Mistakes planted in the shipped life of a work order, each with what the proof must say and where."""

from dataclasses import dataclass

from webapp.config import DEFINITIONS

SHIPPED = (DEFINITIONS / "work_order.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Defect:
    """Parts of the text written differently; the finding `code` must stand in the line that begins with `at`."""

    says: str
    code: str
    at: str
    instead: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The shipped text with the mistake in it."""
        text = SHIPPED
        for old, new in self.instead:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
            text = text.replace(old, new)
        return text

    @property
    def line(self) -> int:
        """Where the finding must stand."""
        lines = self.text.split("\n")
        found = [number for number, line in enumerate(lines, start=1) if line.startswith(self.at)]
        assert len(found) == 1, f"{self.at!r} begins {len(found)} lines"
        return found[0]


HOLD_WORK = """  hold_work:
    from: [ongoing, paused]
    to: waiting_approval
    unless: quantities_allowed
    note: A quantity was raised over its limit and is not approved.
    notify: [{message: WorkOrderNeedsApproval, to: [customer]}]
"""
HOLD = """  hold:
    from: [unassigned, pending]
    to: waiting_approval
    when: technician_assigned
    unless: quantities_allowed
    note: A quantity is over its limit and not approved.
    notify: [{message: WorkOrderNeedsApproval, to: [customer]}]
"""
RELEASE = """  release:
    from: waiting_approval
    to: pending
    when: [technician_assigned, quantities_allowed]
    note: No quantity needs approval any more.
"""
UNASSIGN = "    to: unassigned\n    unless: technician_assigned\n"
CARRY_ON = "    from: pending\n    to: paused\n    when: work_has_begun\n"
APPROVES = "    lines: approve_what_is_over\n    notify"
ALLOWED = """      (item.approved_quantity != null && item.quantity <= item.approved_quantity))
    otherwise: "{item.name}: {item.quantity} is over the limit of {item.approval_quantity_limit} and not"""
START = "    from: pending\n    to: ongoing\n    by: [technician, supervisor]\n    needs: technician_assigned\n"
COMPLETE = "    from: waiting_review\n    to: completed\n    by: supervisor\n    needs: worked_on_by_others\n"
RESUME = "    from: paused\n    to: ongoing\n    by: [technician, supervisor]\n    needs: technician_assigned\n"
CANCEL = "    from: [unassigned, waiting_approval, pending, ongoing, paused, waiting_review]\n    to: cancelled\n"
SEND_BACK = "  send_back:\n    label: Send back\n    from: waiting_review\n"
DECLINE = "    lines: lower_to_what_is_covered\n"
NEEDS_OTHERS = "    by: supervisor\n    needs: asked_quantities_set_by_others\n"
BILL = "    from: completed\n    to: billed\n    by: billing\n"
TAKE_BACK = "    from: billed\n    to: completed\n    by: billing\n"
REVIEW_EDIT = """    may_edit:
      photographer: [photos]
      writer: [notes]

  completed:
"""
COMPLETED_EDIT = "      supervisor: [photos, notes]\n"
BILLED_HELP = "    help: The customer has been billed. Nothing can be changed any more.\n"
CANCELLED = "  cancelled:\n    label: Cancelled\n"
ASSIGN = "  carry_on:                # pending means"
USED = "items.all(item, item.used != null || item.quantity == 0)"
IS_TECHNICIAN = "    check: order.technician != null && order.technician.is_technician\n"
BEGUN = "  work_has_begun:\n    check: order.arrived_at != null\n"
REMEMBERED = "workers.all(worker, worker.person == null || worker.person != actor.id)"
ARRIVAL = "      order.arrived_at: {to: now, when: work_has_not_begun}      # stamped once\n"

DEFECTS = (
    Defect("the plain limit holds an order that was approved", "rules-loop", "  hold:",
           ((HOLD, HOLD.replace("unless: quantities_allowed", "unless: within_limits")),)),
    Defect("the plain limit holds work that was approved", "rules-loop", "  hold_work:",
           ((HOLD_WORK, HOLD_WORK.replace("unless: quantities_allowed", "unless: within_limits")),)),
    Defect("an order is released whatever its quantities", "rules-loop", "  hold:",
           ((RELEASE, RELEASE.replace("[technician_assigned, quantities_allowed]", "technician_assigned")),)),
    Defect("work that begun goes back to pending, and on", "rules-loop", "  back:",
           ((ASSIGN, "  back: {from: paused, to: pending, when: work_has_begun}\n" + ASSIGN),)),
    Defect("an order is unassigned for not having begun", "rules-loop", "  unassign:",
           ((UNASSIGN, UNASSIGN.replace("technician_assigned", "work_has_begun")),)),
    Defect("the customer approves and nothing is approved", "bounces", "  approve:",
           (("    by: customer\n" + APPROVES, "    by: customer\n    notify"),)),
    Defect("declining lowers nothing", "bounces", "  decline:", ((DECLINE, ""),)),
    Defect("work may start while it waits for an approval", "bounces", "  start:",
           ((START, START.replace("from: pending", "from: [pending, waiting_approval]")),)),
    Defect("who set a quantity may approve it", "self-approval", "  approve_for_customer:",
           ((NEEDS_OTHERS, "    by: supervisor\n"),)),
    Defect("a technician may approve", "self-approval", "  approve:",
           (("    by: customer\n" + APPROVES, "    by: [customer, technician]\n" + APPROVES),)),
    Defect("starting approves", "self-approval", "  start:",
           ((START, START.replace("from: pending", "from: [pending, waiting_approval]") + "    lines: approve_what_is_over\n"),)),
    Defect("starting approves, and the promise knows", "promise-broken", "  approval_cannot_be_skipped:",
           ((START, START.replace("from: pending", "from: [pending, waiting_approval]") + "    lines: approve_what_is_over\n"),)),
    Defect("declining approves", "promise-broken", "  approval_cannot_be_skipped:",
           ((DECLINE, "    lines: approve_what_is_over\n"),)),
    Defect("any approval covers any quantity", "stale-approval", "  ongoing:",
           ((ALLOWED, ALLOWED.replace(" && item.quantity <= item.approved_quantity", "")),)),
    Defect("raising a quantity during the work asks nobody", "approval-bypass", "  ongoing:", ((HOLD_WORK, ""),)),
    Defect("raising a quantity during the work breaks a promise", "promise-broken", "  covered:", ((HOLD_WORK, ""),)),
    Defect("raising a quantity during a pause asks nobody", "promise-broken", "  covered:",
           ((HOLD_WORK, HOLD_WORK.replace("[ongoing, paused]", "ongoing")),)),
    Defect("an order waits for an approval nobody has to give", "promise-broken", "  no_idle_wait:", ((RELEASE, ""),)),
    Defect("quantities change during the review", "approval-bypass", "  waiting_review:",
           ((REVIEW_EDIT, REVIEW_EDIT.replace("[photos]", "[photos, quantities]")),)),
    Defect("quantities change after the work", "approval-bypass", "  completed:",
           ((COMPLETED_EDIT, "      supervisor: [photos, notes, quantities]\n"),)),
    Defect("quantities change after the bill", "promise-broken", "  covered:",
           ((BILLED_HELP, BILLED_HELP + "    may_edit: {billing: [quantities]}\n"),)),
    Defect("the office cancels", "promise-broken", "  supervisors_cancel:",
           ((CANCEL + "    by: supervisor\n", CANCEL + "    by: [supervisor, office]\n"),)),
    Defect("a technician completes", "promise-broken", "  review_cannot_be_skipped:",
           ((COMPLETE, COMPLETE.replace("by: supervisor\n    needs: worked_on_by_others", "by: [supervisor, technician]")),)),
    Defect("a technician finishes without a review", "promise-broken", "  review_cannot_be_skipped:",
           ((SEND_BACK, "  finish: {label: Finish, from: ongoing, to: completed, by: technician}\n" + SEND_BACK),)),
    Defect("a promise that cancelled orders break", "promise-broken", "  no_dead_ends:",
           (("    always_reach: [billed, cancelled]", "    always_reach: billed"),)),
    Defect("a promise that holds for want of a start", "vacuous", "  review_cannot_be_skipped:",
           ((START, START.replace("by: [technician, supervisor]", "by: supervisor")),)),
    Defect("a guard that contradicts itself", "guard-never", "  technician_assigned:",
           ((IS_TECHNICIAN, IS_TECHNICIAN.rstrip() + " && !order.technician.is_technician\n"),)),
    Defect("a guard of the lines that contradicts itself", "guard-never", "  used_filled_in:",
           ((USED, "items.exists(item, item.used != null && item.used < 1 && item.used > 2)"),)),
    Defect("a guard that tests nothing", "guard-always", "  work_has_begun:",
           ((BEGUN, BEGUN.rstrip() + " || order.arrived_at == null\n"),)),
    Defect("a guard of the lines that tests nothing", "guard-always", "  used_filled_in:",
           ((USED, "items.all(item, item.used == null || item.used <= 5 || item.used > 4)"),)),
    Defect("resuming needs that nobody has begun", "button-never", "  resume:",
           ((RESUME, RESUME.replace("technician_assigned", "work_has_not_begun")),)),
    Defect("billing needs that nobody has begun", "button-never", "  bill:",
           ((BILL, BILL + "    needs: work_has_not_begun\n"),)),
    Defect("what can never be billed", "unreachable", "  billed:",
           ((BILL, BILL + "    needs: work_has_not_begun\n"),)),
    Defect("billing is taken back before the work begins", "button-never", "  take_back_billing:",
           ((TAKE_BACK, TAKE_BACK + "    needs: work_has_not_begun\n"),)),
    Defect("nobody may complete where anybody has worked", "button-never", "  complete:",
           ((REMEMBERED, "workers.all(worker, worker.person == null)"),)),
    Defect("only a clock resumes, and no timer tells it", "button-never", "  resume:",
           (("  customer: {label: the customer, link: customer}\n",
             "  customer: {label: the customer, link: customer}\n  clock: {label: the clock, clock: true}\n"),
            (RESUME, RESUME.replace("[technician, supervisor]", "clock")))),
    Defect("reviewed work that nobody can complete", "stuck", "  waiting_review:",
           ((CANCEL, CANCEL.replace(", waiting_review]", "]")),
            (COMPLETE, COMPLETE.replace("worked_on_by_others", "[worked_on_by_others, work_has_not_begun]")),
            (SEND_BACK, SEND_BACK.replace("from: waiting_review", "from: completed")))),
    Defect("nobody stamps the arrival", "rule-never", "  carry_on:", (("    set:\n" + ARRIVAL, ""),)),
    Defect("a rule that stands behind its like", "rule-shadowed", "  assign_again:",
           ((ASSIGN, "  assign_again: {from: unassigned, to: paused, when: [technician_assigned, quantities_allowed]}\n" + ASSIGN),)),
    Defect("a status behind a button that never works", "unreachable", "  parked:",
           ((CANCELLED, "  parked: {label: Parked, kind: held, color: grey}\n\n" + CANCELLED),
            (SEND_BACK, "  park: {label: Park, from: paused, to: parked, by: supervisor, needs: work_has_not_begun}\n"
             "  unpark: {label: Unpark, from: parked, to: paused, by: supervisor}\n" + SEND_BACK))),
)  # fmt: skip
