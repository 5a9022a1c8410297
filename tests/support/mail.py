"""A mail server that keeps what it accepts, and can be told to refuse."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(slots=True)
class Mailbox:
    """What was accepted, in order; `refuse_next` answers that many messages with a temporary error first."""

    url: str = ""
    messages: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, ...]] = field(default_factory=list)
    refuse_next: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse_next:
            self.refuse_next -= 1
            return "451 4.3.0 Try again later"
        content: Any = envelope.content
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.envelopes.append(tuple(envelope.rcpt_tos))
        return "250 OK"


@contextlib.contextmanager
def mail_server(port: int, mailbox: Mailbox | None = None) -> Iterator[Mailbox]:
    """Serve SMTP on a loopback port until left; with a mailbox of its own where a test has one."""
    mailbox = Mailbox() if mailbox is None else mailbox
    mailbox.url = f"smtp://127.0.0.1:{port}"
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
