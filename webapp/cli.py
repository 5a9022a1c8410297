"""The `fieldwright` command: what an operator types, answered in plain sentences."""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from webapp.errors import ApplicationError
from workflow.errors import WorkflowError
from workflow.pipes import until_nobody_reads

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: "Commands", name: str, run: str, says: str) -> argparse.ArgumentParser:
    """Add one command; `run` names the function as `module:function` below webapp.commands, imported when it is asked for."""
    made = commands.add_parser(name, help=says, description=says)
    made.set_defaults(run=run)
    return made


def group(commands: "Commands", name: str, says: str) -> "Commands":
    """Add a command that has commands of its own."""
    made = commands.add_parser(name, help=says, description=says)
    return made.add_subparsers(title="commands", metavar="COMMAND", required=True)


def parser() -> argparse.ArgumentParser:
    """Return the whole command line."""
    top = argparse.ArgumentParser(
        prog="fieldwright", description="Work orders whose life is a definition you can read."
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    add(commands, "up", "running:up", "Start everything: broker, web, worker and beat. Ctrl-C ends it.")
    add(commands, "web", "running:web", "Start the web server alone.")
    add(commands, "worker", "running:worker", "Start a worker alone; needs REDIS_URL.")
    add(commands, "beat", "running:beat", "Start the clock alone; needs REDIS_URL. Any number of them may run.")
    add(commands, "migrate", "running:migrate", "Give the database every table of this release.")

    add(commands, "demo", "people:demo", "Load the demo's firm into an installation without accounts.")
    admin = add(
        commands,
        "create-admin",
        "people:create_admin",
        "Make an account that may do everything; asks for the password.",
    )
    admin.add_argument("email", help="the address to sign in with")
    admin.add_argument("--name", default="", help="the person's name")

    definitions = group(commands, "definitions", "Check, publish, import and export the definitions.")
    check = add(definitions, "check", "definitions:check", "Check definitions: exit 0 when all are sound.")
    check.add_argument("files", nargs="*", help="files to check; those shipped when none is named")
    publish = add(
        definitions,
        "publish",
        "definitions:publish",
        "Prove a file and make it the live version; open orders follow it.",
    )
    publish.add_argument("--new-orders-only", action="store_true", help="open orders keep their version")
    publish.add_argument(
        "--target", action="append", default=[], metavar="OLD=NEW", help="where orders go whose status disappears"
    )
    publish.add_argument("--hold-messages", action="store_true", help="send nothing of what moves by itself at once")
    bring = add(
        definitions,
        "import",
        "definitions:bring",
        "Prove a file and make it the live version; open orders keep theirs.",
    )
    for command in (publish, bring):
        command.add_argument("file", help="the definition")
        command.add_argument("--note", default="", help="what changed and why, for the list of versions")
        command.add_argument("--acknowledge-warnings", action="store_true", help="publish although there are warnings")
    export = add(definitions, "export", "definitions:export", "Print the text of a version, the live one by default.")
    export.add_argument("lifecycle", help="for example work_order")
    export.add_argument("--number", type=int, help="the version's number")

    history = group(commands, "history", "Look after the orders' history.")
    add(history, "verify", "history:verify", "Check every hash chain and name the first altered row.")

    mail = add(commands, "mail-test", "mailing:mail_test", "Send a mail to an address through SMTP_URL, now.")
    mail.add_argument("address", help="where to send it")
    add(commands, "doctor", "doctor:doctor", "Look at everything the system needs and say what is wrong.")

    backup = add(commands, "backup", "backups:backup", "Write the database and the photos to one new file.")
    backup.add_argument("file", help="the file to write, for example fieldwright.tar.gz")
    restore = add(commands, "restore", "backups:restore", "Put the database and the photos back from a backup.")
    restore.add_argument("file", help="the file `fieldwright backup` wrote")
    restore.add_argument("--replace", action="store_true", help="overwrite a database that is not empty")
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 with one sentence when it could not, 2 when it was not understood."""
    arguments = parser().parse_args(words)
    module, _, name = arguments.run.partition(":")
    try:
        run: Callable[[argparse.Namespace], int | None] = getattr(
            importlib.import_module(f"webapp.commands.{module}"), name
        )
        return until_nobody_reads(lambda: run(arguments) or 0)
    except (ApplicationError, WorkflowError) as error:
        print(f"fieldwright: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
