"""A small lifecycle with one of everything, for tests of the language: its vocabulary and its definition."""

from workflow.problems import Problem
from workflow.reading import check, read_vocabulary

VOCABULARY_TEXT = """\
format: fieldwright-vocabulary/1
lifecycle: parcel
permissions: {parcels.pack: Pack parcels, parcels.send: Send parcels}
facts:
  order.size: {type: enumeration, values: [small, large], label: Size, sample: small}
  order.weight: {type: number, label: Weight, sample: 1}
  order.packer: {type: identity, nullable: true, label: Packer}
  order.packer.is_trained: {type: boolean, given: order.packer, owner: world, label: Packer is trained}
  order.urgent: {type: boolean, label: Urgent, sample: false}
  order.note: {type: text, nullable: true, label: Note, settable: true}
  order.due: {type: time, nullable: true, label: Due}
  order.packed_at: {type: time, nullable: true, settable: true, label: Packed}
  items:
    type: list
    label: Items
    fields:
      name: {type: text, label: Name, sample: Cup}
      quantity: {type: number, label: Quantity, sample: 1}
      limit: {type: number, nullable: true, label: Limit}
  workers:
    type: list
    label: Workers
    fields: {person: {type: identity, label: Person}}
fields:
  size: {label: Size, changes: [order.size]}
  packer: {label: Packer, changes: [order.packer], permission: parcels.send}
  quantities: {label: Quantities, changes: [items.quantity]}
messages:
  ParcelPacked: {label: A parcel is packed, audiences: [sender]}
audiences: {sender: whoever sends, receiver: whoever gets it}
links: [receiver]
effects:
  lift_limits:
    kind: lines
    label: Every limit is lifted to the quantity
    approves: true
    relations: [{each: items, when: "item.limit != null && item.quantity > item.limit", fields: {limit: item.quantity}}]
  count_worker: {kind: do, label: Counts whoever presses, relations: [{add: workers, record: {person: actor.id}}]}
  weigh: {kind: do, label: Weighs the parcel}
"""

DEFINITION_TEXT = """\
format: fieldwright/1
lifecycle: parcel
name: Parcel
first_status: open

roles:
  packer: {label: a packer, permission: parcels.pack, and: is_the_packer}
  sender: {label: a sender, permission: parcels.send}
  receiver: {label: the receiver, link: receiver}
  clock: {label: the clock, clock: true}

statuses:
  open:
    label: Open
    kind: queue
    color: grey
    help: Nobody packs this yet.
    may_edit: {sender: [size, packer, quantities]}
  packing: {label: Packing, kind: working, color: blue, may_edit: {packer: [quantities]}}
  waiting: {label: Waiting, kind: held, color: yellow}
  sent: {label: Sent, kind: closed, color: green, final: true}

guards:
  has_packer:
    check: order.packer != null && order.packer.is_trained
    otherwise: Choose a trained packer first.
  is_the_packer:
    check: actor.id != null && order.packer == actor.id
    otherwise: Only the packer may do this.
  within_limits:
    check: >-
      items.all(item, item.limit == null ||
      item.quantity <= item.limit)
    otherwise: "{item.name}: {item.quantity} is over {item.limit}."

transitions:
  pack: {label: Pack, from: waiting, to: packing, by: [packer, clock]}
  wait:
    label: Wait
    from: packing
    to: waiting
    by: [packer, sender, receiver]
    ask:
      why: {label: Why?, kind: choice, required: true, choices: {parts: Parts, other: Other}}
      until: {label: Until, kind: date}
    set: {note: answer.why, order.packed_at: {to: answer.until, when: within_limits}}
    do: [weigh]
  send:
    label: Send
    look: primary
    from: [packing, waiting]
    to: sent
    by: sender
    needs: within_limits
    lines: lift_limits
    do: count_worker
    set: {packed_at: now}
    notify: [{message: ParcelPacked, to: [sender]}]

automatic:
  begin: {from: open, to: packing, when: has_packer, note: A packer was chosen.}

when_changed:
  packer: [{message: ParcelPacked, to: [sender]}]

timers:
  too_long: {in: waiting, after: 2 days, notify: {message: ParcelPacked, to: sender}}
  due: {in: [waiting], at: order.due, plus: 1 hour, take: pack, by: clock}

promises:
  limits_hold: {says: No parcel leaves over its limits., without_pressing: send, never: {status: sent, unless: within_limits}}
  ends: {says: Every parcel can be sent., always_reach: [sent]}

people: {ann: packer, sam: sender}
scenarios:
  - says: A small parcel goes out.
    order: {size: small, items: [{name: Cup, quantity: 3, limit: 5}]}
    steps:
      - {by: sam, save: {packer: ann, order.packer.is_trained: true}, then: packing}
      - {by: sam, press: send, then: sent}
"""

VOCABULARY = read_vocabulary(VOCABULARY_TEXT)


def instead(old: str, new: str) -> str:
    """The definition with one part written differently."""
    assert DEFINITION_TEXT.count(old) == 1, f"{old!r} stands {DEFINITION_TEXT.count(old)} times in the definition"
    return DEFINITION_TEXT.replace(old, new)


def problems(text: str | bytes) -> tuple[Problem, ...]:
    """Everything wrong with a text, scenarios unplayed."""
    return check(text, VOCABULARY, play=False).problems


def codes(text: str | bytes) -> list[str]:
    """The codes of everything wrong with a text."""
    return [problem.code for problem in problems(text)]
