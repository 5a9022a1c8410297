"""One mail over a real SMTP conversation, or kept in the app's outbox when no server is configured."""

from __future__ import annotations

import smtplib
import socket
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as LINES
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from webapp.services import entries, mail_pages, outside
from webapp.services.addresses import Where
from webapp.services.deliveries import Claimed, Result

TIMEOUT = 10.0
"""Seconds a server may be silent."""
TOTAL = 30.0
"""Seconds for the whole conversation, however slowly it drips; a lease lasts longer."""


def carry(
    mail: Claimed, *, smtp_url: str | None, where: Where, silence: float = TIMEOUT, total: float = TOTAL
) -> Result:
    """Send one mail and say what came of it; raises nothing that a mail server can cause.

    The kept copy stands with the secret of its link masked, so that staff who read it hold no customer's secret.
    """
    kept = where.kept
    if smtp_url is None:
        return Result("kept", "No mail server is configured; the mail is kept here.", kept.subject, kept.body)
    if not entries.EMAIL.fullmatch(mail.address):
        return Result("undeliverable", f"“{mail.address}” is not an e-mail address.")
    try:
        answer = converse(smtp_url, composed(mail, where), silence=silence, total=total)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return Result("undeliverable" if code >= 500 else "failed", f"{code} {_plain(words)}")
    except smtplib.SMTPDataError as error:
        permanent = error.smtp_code >= 500
        return Result("undeliverable" if permanent else "failed", f"{error.smtp_code} {_plain(error.smtp_error)}")
    except (
        smtplib.SMTPResponseException
    ) as error:  # of the greeting, the sign-in or the sender: nothing about this recipient
        return Result("failed", f"{error.smtp_code} {_plain(error.smtp_error)}")
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return Result("failed", f"The mail server did not take it: {error}")
    return Result("delivered", answer, kept.subject, kept.body)


def composed(mail: Claimed, where: Where) -> EmailMessage:
    """The message, the same on every attempt: text, HTML and, where one belongs to it, the appointment."""
    message = EmailMessage(policy=LINES)
    message["From"] = where.sender
    message["To"] = Address(display_name=" ".join(mail.recipient.split()), addr_spec=mail.address)
    if where.reply_to:
        message["Reply-To"] = where.reply_to
    message["Subject"] = " ".join(where.text.subject.split())
    message["Date"] = format_datetime(where.date)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if where.unsubscribe:
        message["List-Unsubscribe"] = f"<{where.unsubscribe}>"
    message.set_content(where.text.body)
    message.add_alternative(mail_pages.page(where.text, url=where.url, choices=where.unsubscribe), subtype="html")
    if where.calendar is not None:
        message.add_alternative(
            where.calendar.content.decode(),
            subtype="calendar",
            params={"method": where.calendar.method, "name": "appointment.ics"},
        )
    return message


def converse(smtp_url: str, message: EmailMessage, *, silence: float = TIMEOUT, total: float = TOTAL) -> str:
    """Hold the conversation of RFC 5321; `smtp://user:password@host:port`, `smtps://` for TLS from the start."""
    where = urlsplit(smtp_url)
    secure = where.scheme == "smtps"
    host, port = where.hostname or "127.0.0.1", where.port or (465 if secure else 25)
    with outside.within(total) as clock:
        try:
            server = watching(smtplib.SMTP_SSL if secure else smtplib.SMTP, clock)(host, port, timeout=silence)
            try:
                server.ehlo_or_helo_if_needed()
                if not secure and server.has_extn("starttls"):
                    server.starttls()
                    assert server.sock is not None
                    clock.watch(server.sock)
                    server.ehlo()
                if where.username:
                    server.login(unquote(where.username), unquote(where.password or ""))
                server.send_message(message)
            finally:
                goodbye(server)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if clock.over:
                raise TimeoutError(f"the conversation took longer than {total:.0f} seconds") from error
            raise
    return "The mail server accepted it."


def watching(kind: type[smtplib.SMTP], clock: outside.Clock) -> type[smtplib.SMTP]:
    """The client whose connection the clock cuts, from the server's greeting on."""

    class Watching(kind):  # type: ignore[misc, valid-type]  # one of two known classes
        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
            connection: socket.socket = super()._get_socket(host, port, timeout)
            clock.watch(connection)
            return connection

    return Watching


def goodbye(server: smtplib.SMTP) -> None:
    """Take leave; what the server makes of it changes nothing any more."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _plain(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
