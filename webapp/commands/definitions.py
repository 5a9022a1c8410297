"""`definitions check|publish|import|export`: the definitions as files."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from webapp import clock
from webapp.actors import Actor
from webapp.app import create_app
from webapp.config import DEFINITIONS
from webapp.db import reading, unit_of_work
from webapp.errors import ApplicationError
from webapp.models import DefinitionVersion, LiveDefinition
from webapp.services import proofs, publications
from webapp.services.publications import Wish
from workflow import reading as language
from workflow.problems import Problem

OPERATOR = Actor("system", None, "the fieldwright command")
SAID = {True: "proved", False: "broken", None: "not proved"}


def text_of(file: str) -> str:
    """Return a file's text, its line ends as they are; raise ApplicationError when it cannot be read."""
    try:
        return Path(file).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ApplicationError(
            f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}."
        ) from error


def shipped() -> list[str]:
    """Return the definitions that come with this release."""
    return [str(file) for file in sorted(DEFINITIONS.glob("*.yaml")) if "\nformat: fieldwright/" in text_of(str(file))]


def check(arguments: argparse.Namespace) -> int:
    """Print every problem of every file; 1 when one of them is an error or a scenario does not come true."""
    vocabulary = language.read_vocabulary((DEFINITIONS / "vocabulary.yaml").read_text(encoding="utf-8"))
    sound = True
    for file in arguments.files or shipped():
        report = language.check(text_of(file), vocabulary, play=True)
        for problem in report.problems:
            print(f"{file}:{problem.at.line}:{problem.at.column}: {problem.message}")
        print(f"{file}: {'sound' if report.ok else 'not sound'}, {len(report.scenarios)} scenarios played.")
        sound = sound and report.ok
    return 0 if sound else 1


def publish(arguments: argparse.Namespace) -> None:
    """Publish one file as the supervisors' page does: proof, scenarios and warnings first; open orders follow."""
    _publish(
        arguments,
        moves="new" if arguments.new_orders_only else "all",
        targets=dict(_target(one) for one in arguments.target),
        hold_messages=arguments.hold_messages,
    )


def bring(arguments: argparse.Namespace) -> None:
    """Import one file as the next version; it is proved like every other, and open orders keep theirs."""
    _publish(arguments, moves="new", targets={}, hold_messages=False)


def _publish(
    arguments: argparse.Namespace, *, moves: publications.Moves, targets: dict[str, str], hold_messages: bool
) -> None:
    text = text_of(arguments.file)
    with create_app().app_context():
        report = proofs.checked(text)
        if report.definition is None:
            raise ApplicationError(_listed(arguments.file, [one for one in report.problems if one.stops]))
        name = report.definition.lifecycle
        with reading() as session:
            asked = proofs.question(session, text=text, actor=OPERATOR)
            base = session.scalars(
                select(LiveDefinition.version_id).where(LiveDefinition.lifecycle == name)
            ).one_or_none()
            proof = proofs.known(session, asked, now=clock.now())
        if proof is None:
            proof = proofs.prove(asked)
            with unit_of_work() as session:
                proofs.keep(session, asked=asked, proof=proof, now=clock.now())
        verdict = proofs.verdict(asked, proof)
        for problem in verdict.report.problems:
            print(f"{arguments.file}:{problem.at.line}:{problem.at.column}: {problem.severity}: {problem.message}")
        for promise in verdict.report.promises:
            print(f"{promise.name}: {SAID[promise.proved]}")
        print(f"{len(verdict.report.scenarios)} scenarios played.")
        if verdict.warnings and not arguments.acknowledge_warnings:
            count = len(verdict.warnings)
            raise ApplicationError(
                f"Nothing was published: {'1 warning wants' if count == 1 else f'{count} warnings want'} to be known. "
                "Add --acknowledge-warnings once you have read them."
            )
        wish = Wish(
            lifecycle=name,
            text=text,
            base_version_id=base,
            note=arguments.note,
            moves=moves,
            targets=targets,
            hold_messages=hold_messages,
            acknowledged=set(verdict.warnings),
        )
        with unit_of_work() as session:
            published = publications.publish(session, wish=wish, verdict=verdict, actor=OPERATOR, now=clock.now())
            publication_id, version_id, total = published.id, published.version_id, published.total
        moved, more = 0, total
        while more:
            with unit_of_work() as session:
                more = publications.move_some(session, publication_id=publication_id, now=clock.now())
            moved += more
        with reading() as session:
            number = session.scalars(select(DefinitionVersion.number).where(DefinitionVersion.id == version_id)).one()
        print(f"{name} version {number} is live.")
        if total:
            print(f"{moved} of {total} open orders follow it.")


def _target(given: str) -> tuple[str, str]:
    status, separator, target = given.partition("=")
    if not separator:
        raise ApplicationError(f"--target wants OLD=NEW, for example waiting=pending, not {given}.")
    return status.strip(), target.strip()


def _listed(file: str, problems: Sequence[Problem]) -> str:
    return "Nothing was published.\n" + "\n".join(
        f"{file}:{one.at.line}:{one.at.column}: {one.message}" for one in problems
    )


def export(arguments: argparse.Namespace) -> None:
    """Write the text of one version to the standard output, byte for byte as it was published."""
    with create_app().app_context(), reading() as session:
        chosen = select(DefinitionVersion).where(DefinitionVersion.lifecycle == arguments.lifecycle)
        if arguments.number is None:
            chosen = chosen.join(LiveDefinition, LiveDefinition.version_id == DefinitionVersion.id)
        else:
            chosen = chosen.where(DefinitionVersion.number == arguments.number)
        version = session.scalars(chosen).one_or_none()
        if version is None:
            raise ApplicationError(f"There is no such version of {arguments.lifecycle}.")
        sys.stdout.flush()
        sys.stdout.buffer.write(version.text.encode())
        sys.stdout.buffer.flush()
