"""`definitions check|import|export`: the definitions as files."""

import argparse
import sys
from pathlib import Path

from sqlalchemy import select

from webapp import clock
from webapp.actors import Actor
from webapp.app import create_app
from webapp.config import DEFINITIONS
from webapp.db import reading, unit_of_work
from webapp.errors import ApplicationError
from webapp.models import DefinitionVersion, LiveDefinition
from webapp.services import definitions
from workflow import reading as language


def text_of(file: str) -> str:
    """Return a file's text; raise ApplicationError when it cannot be read."""
    try:
        return Path(file).read_text(encoding="utf-8")
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


def bring(arguments: argparse.Namespace) -> None:
    """Import one file as the next version."""
    text = text_of(arguments.file)
    with create_app().app_context(), unit_of_work() as session:
        version = definitions.import_text(
            session,
            text=text,
            actor=Actor("system", None, "the fieldwright command"),
            now=clock.now(),
            note=arguments.note,
        )
        print(f"{version.lifecycle} version {version.number} is live.")


def export(arguments: argparse.Namespace) -> None:
    """Print the text of one version."""
    with create_app().app_context(), reading() as session:
        chosen = select(DefinitionVersion).where(DefinitionVersion.lifecycle == arguments.lifecycle)
        if arguments.number is None:
            chosen = chosen.join(LiveDefinition, LiveDefinition.version_id == DefinitionVersion.id)
        else:
            chosen = chosen.where(DefinitionVersion.number == arguments.number)
        version = session.scalars(chosen).one_or_none()
        if version is None:
            raise ApplicationError(f"There is no such version of {arguments.lifecycle}.")
        sys.stdout.write(version.text)
