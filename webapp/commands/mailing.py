"""`mail-test ADDRESS`: does the configured mail server take our mail?"""

import argparse
import smtplib
from email.message import EmailMessage
from email.utils import make_msgid

from sqlalchemy import select

from webapp.app import create_app
from webapp.config import Settings
from webapp.db import reading
from webapp.errors import ApplicationError
from webapp.models import Firm
from webapp.services import postman


def mail_test(arguments: argparse.Namespace) -> None:
    """Send one mail now; raise ApplicationError with the server's own words when it is not taken."""
    settings = Settings.from_environment()
    if settings.smtp_url is None:
        raise ApplicationError(
            "Set SMTP_URL, for example smtp://user:password@mail.example.org:587; until then mails are kept."
        )
    with create_app().app_context(), reading() as session:
        firm = session.scalar(select(Firm.name)) or "Fieldwright"
    message = EmailMessage()
    message["From"] = message["To"] = arguments.address
    message["Subject"] = f"A test from {firm}"
    message["Message-ID"] = make_msgid(domain="fieldwright.test")
    message.set_content(f"{firm} can send mail. Pages are at {settings.base_url}.")
    try:
        print(postman.converse(settings.smtp_url, message))
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise ApplicationError(f"The mail server did not take it: {error}") from error
