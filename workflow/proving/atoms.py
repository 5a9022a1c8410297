"""Guards taken apart into the smallest tests a proof keeps track of, and put together again from their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf

from workflow.expressions import And, Compare, In, Literal, Name, Node, Not, Or, Quantifier, children, walk
from workflow.vocabulary import Fact

NO_FACT = frozenset({"actor.id"})


@dataclass(frozen=True, slots=True)
class Atom:
    """A test kept track of. `volatile`: it depends on who acts, so it is asked anew each time.

    `list` names the list whose every record is tested: such a test holds for a list when it holds for each line.
    """

    number: int
    node: Node
    volatile: bool
    list: str | None = None


@dataclass(frozen=True, slots=True)
class Formed:
    """A guard as a combination of atoms: `atom` with its number, `not`, `and`, `or`."""

    kind: OneOf["atom", "not", "and", "or"]
    atom: int = -1
    parts: tuple[Formed, ...] = ()

    def atoms(self) -> Iterator[int]:
        """The numbers of all atoms in it."""
        if self.kind == "atom":
            yield self.atom
        for part in self.parts:
            yield from part.atoms()

    def holds(self, known: Callable[[int], bool | None]) -> bool | None:
        """True, false, or None where an atom that decides is not known."""
        match self.kind:
            case "atom":
                return known(self.atom)
            case "not":
                inner = self.parts[0].holds(known)
                return None if inner is None else not inner
            case _:
                decides = self.kind == "or"
                answers = [part.holds(known) for part in self.parts]
                if decides in answers:
                    return decides
                return None if None in answers else not decides


class Atoms:
    """All atoms of a definition; equal tests are one atom."""

    def __init__(self) -> None:
        self.all: list[Atom] = []
        self._by_text: dict[str, int] = {}

    def formed(self, node: Node) -> Formed:
        """The guard `node` from atoms, new ones where needed."""
        if not _apart(node):
            return self._atom(node)
        match node:
            case Not(of=of):
                return Formed("not", parts=(self.formed(of),))
            case And(parts=parts) | Or(parts=parts):
                plain = [part for part in parts if not _apart(part)]
                asking = [part for part in parts if _volatile(part) and not _quantified(part)]
                formed = [self.formed(part) for part in parts if _quantified(part)]
                for some in (asking, plain):
                    if some:
                        whole = And(tuple(some)) if isinstance(node, And) else Or(tuple(some))
                        one = some[0] if len(some) == 1 else whole
                        formed.insert(0, self._atom(one) if some is plain else self._asked(one))
                return Formed("and" if isinstance(node, And) else "or", parts=tuple(formed))
            case Quantifier(kind="all"):
                return self._atom(node, list=node.list)
            case Quantifier(list=name, variable=variable, body=body, at=at):
                never = Quantifier("all", name, variable, Not(body), at)
                return Formed("not", parts=(self._atom(never, list=name),))
            case _:
                return self._atom(node)

    def _asked(self, node: Node) -> Formed:
        """A test of who acts; an `&&` or `||` of such tests is one atom where nothing else is mixed in."""
        if isinstance(node, And | Or) and all(_volatile(part) and not _mixed(part) for part in node.parts):
            return self._atom(node)
        return self.formed(node)

    def _atom(self, node: Node, list: str | None = None) -> Formed:
        text = written(node)
        number = self._by_text.get(text)
        if number is None:
            number = self._by_text[text] = len(self.all)
            self.all.append(Atom(number, node, _volatile(node), list))
        return Formed("atom", number)


def every(list: str, body: Node) -> Node:
    """The test that every record of a list passes."""
    return Quantifier("all", list, "line", body)


def all_of(nodes: Sequence[Node]) -> Node:
    """The test that all of the nodes hold; of none it does."""
    return nodes[0] if len(nodes) == 1 else And(tuple(nodes))


def is_empty(fact: Fact, list: str | None = None) -> Node:
    """The test that a fact is empty; with `list`, one of its record's fields."""
    name = f"{list}.{fact.name}" if list is not None else fact.name
    return Compare(Name(name, fact, list), "==", Literal(None))


def written(node: Node) -> str:
    """A text that two nodes share when they are the same test, wherever they stand."""
    match node:
        case Literal(value=value):
            return f"{type(value).__name__}:{value}"
        case Name(fact=fact):
            return fact
        case Compare():
            sign: str = node.operator
        case In():
            sign = "in"
        case Quantifier(kind=kind, list=name):
            sign = f"{kind} {name}"
        case _:
            sign = type(node).__name__ + str(getattr(node, "unit", ""))
    return f"({sign} {' '.join(written(child) for child in children(node))})"


def facts_of(nodes: Sequence[Node]) -> frozenset[str]:
    """The facts read, a record's field counting as its list; who acts is no fact."""
    found: set[str] = set()
    for node in nodes:
        for each in walk(node):
            if isinstance(each, Quantifier):
                found.add(each.list)
            elif isinstance(each, Name):
                found.add(each.record_of or each.fact)
                if each.declared.given is not None and each.record_of is None:
                    found.add(each.declared.given)
    return frozenset(name for name in found if name not in NO_FACT and not name.startswith("answer."))


def _volatile(node: Node) -> bool:
    return any(
        isinstance(each, Name) and (each.fact == "actor.id" or each.fact.startswith("answer.")) for each in walk(node)
    )


def _quantified(node: Node) -> bool:
    return any(isinstance(each, Quantifier) for each in walk(node))


def _apart(node: Node) -> bool:
    return _volatile(node) or _quantified(node)


def _mixed(node: Node) -> bool:
    """Whether a part of it could be known without knowing who acts."""
    return isinstance(node, And | Or | Not)
