"""How the program logs: lines for people in the demo, JSON in production; tracebacks plain, without the values in them."""

from __future__ import annotations

import sys

import structlog


def configure(*, demo: bool) -> None:
    """Set the process's way of logging.

    A traceback with every local variable would show customers' data, and drawing it can keep a server busy for minutes.
    """
    before: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if demo:
        last: list[structlog.typing.Processor] = [
            structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    else:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(processors=[*before, *last])
