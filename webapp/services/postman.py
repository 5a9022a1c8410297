"""One mail over a real SMTP conversation, or kept in the app's outbox when no server is configured."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import formataddr
from urllib.parse import unquote, urlsplit

from webapp.services import message_texts
from webapp.services.deliveries import Mail, Result

TIMEOUT = 10.0
"""Seconds a server may be silent; a slow one delays nobody for longer."""


def carry(mail: Mail, *, smtp_url: str | None, url: str, sender: str, masked_url: str) -> Result:
    """Send one mail and say what came of it; raises nothing that a mail server can cause.

    `masked_url` stands in the kept copy where `url` stood, so that staff who read it hold no customer's secret.
    """
    text = message_texts.fill(mail.message, {**mail.context, "url": url})
    kept = message_texts.fill(mail.message, {**mail.context, "url": masked_url})
    if smtp_url is None:
        return Result("kept", "No mail server is configured; the mail is kept here.", kept.subject, kept.body)
    try:
        message = EmailMessage()
        message["From"], message["To"] = sender, formataddr((mail.recipient, mail.address))
        message["Subject"], message["Message-ID"] = " ".join(text.subject.split()), mail.message_id
        message.set_content(text.body)
        answer = converse(smtp_url, message)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return Result("undeliverable" if code >= 500 else "failed", f"{code} {_plain(words)}")
    except smtplib.SMTPResponseException as error:
        permanent = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
        return Result("undeliverable" if permanent else "failed", f"{error.smtp_code} {_plain(error.smtp_error)}")
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return Result("failed", f"The mail server did not take it: {error}")
    return Result("delivered", answer, kept.subject, kept.body)


def converse(smtp_url: str, message: EmailMessage) -> str:
    """Hold the conversation of RFC 5321; `smtp://user:password@host:port`, `smtps://` for TLS from the start."""
    where = urlsplit(smtp_url)
    kind = smtplib.SMTP_SSL if where.scheme == "smtps" else smtplib.SMTP
    with kind(
        where.hostname or "127.0.0.1", where.port or (465 if where.scheme == "smtps" else 25), timeout=TIMEOUT
    ) as server:
        server.ehlo()
        if where.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls()
            server.ehlo()
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
        server.send_message(message)
    return "The mail server accepted it."


def _plain(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
