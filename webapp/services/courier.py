"""One webhook over HTTP: signed as Standard Webhooks says, to an address looked up once, without following anything."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from webapp.services import outside
from webapp.services.deliveries import Result

CONNECT, TOTAL = 5.0, 10.0
"""Seconds for each attempt to connect, and for everything together."""
KEPT = 500
"""Characters of an answer that are kept."""
READ = 4096
"""Bytes of an answer that are read at all."""
GONE = 410


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: `id` is the same on every attempt, each of `secrets` signs it."""

    url: str
    id: str
    body: str
    secrets: tuple[str, ...]


def headers(letter: Letter, *, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; several signatures while a secret is being replaced."""
    signatures = [Webhook(secret).sign(letter.id, now, letter.body) for secret in letter.secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Fieldwright-Webhooks/1",
        "webhook-id": letter.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
        "Connection": "close",
    }


def carry(
    letter: Letter,
    *,
    now: datetime,
    loopback: bool,
    https_only: bool,
    lookup: outside.Lookup = outside.look_up,
    context: ssl.SSLContext | None = None,
    seconds: float = TOTAL,
) -> Result:
    """Send one webhook and say what came of it; raises nothing that the other side can cause."""
    parts = urlsplit(letter.url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    if https_only and not secure and not (loopback and host in ("127.0.0.1", "localhost", "::1")):
        return Result("failed", "The address must begin with https://. Nothing was sent.")
    port = parts.port or (443 if secure else 80)
    with outside.within(seconds) as clock:
        try:
            addresses = outside.safe_addresses(host, port, loopback=loopback, lookup=lookup)
            plain = outside.connect(addresses, port, seconds=min(CONNECT, seconds))
        except outside.Unsafe as refused:
            return Result("failed", str(refused))
        except (OSError, UnicodeError, ValueError) as error:
            return Result("failed", f"The server could not be reached: {error}")
        connection = http.client.HTTPConnection(host, port)
        connection.sock = plain
        status = 0
        try:
            plain.settimeout(seconds)
            clock.watch(plain)
            if secure:
                connection.sock = (context or ssl.create_default_context()).wrap_socket(plain, server_hostname=host)
                clock.watch(connection.sock)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            sent = {"Host": parts.netloc.rpartition("@")[2], **headers(letter, now=now)}
            connection.request("POST", path, body=letter.body.encode(), headers=sent)
            answer = connection.getresponse()
            status = answer.status
            words = answer.read(READ)
        except (http.client.HTTPException, OSError, ValueError) as error:
            return unfinished(status, error, over=clock.over, seconds=seconds)
        finally:
            connection.close()
    return judged(status, words)


def unfinished(status: int, error: Exception, *, over: bool, seconds: float) -> Result:
    """What came of a conversation that broke off; with its status it was an answer all the same."""
    if status:
        return judged(status, b"")
    if over or isinstance(error, TimeoutError):
        return Result("failed", f"The server did not answer within {seconds:.0f} seconds.")
    return Result("failed", f"The server did not answer properly: {type(error).__name__} {error}".rstrip())


def judged(status: int, words: bytes) -> Result:
    """2xx is delivered, 410 means never again, and everything else is tried again; a redirect is never followed."""
    text = " ".join(words.decode("utf-8", "replace").split())
    said = f"HTTP {status}" + (f": {text}" if text else "")
    if 200 <= status < 300:
        return Result("delivered", said[:KEPT])
    if status == GONE:
        return Result("undeliverable", f"{said} (the endpoint says it is gone for good)"[:KEPT])
    if 300 <= status < 400:
        said = f"HTTP {status}: the endpoint points elsewhere, which is not followed. Enter the new address instead."
    return Result("failed", said[:KEPT])
