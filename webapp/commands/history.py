"""`history verify`: is what the history says what was written?"""

import argparse

from webapp.app import create_app
from webapp.db import reading
from webapp.errors import ApplicationError
from webapp.services import history


def verify(arguments: argparse.Namespace) -> None:
    """Walk every order's hash chain; raise ApplicationError naming the first altered row."""
    with create_app().app_context(), reading() as session:
        altered = history.verify(session)
        if altered is not None:
            raise ApplicationError(altered.sentence)
    print("Every order's history is as it was written.")
