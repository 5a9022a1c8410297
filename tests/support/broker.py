"""A private broker, the one `fieldwright up` would start."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.support.systems import until
from tests.support.tethered import tethered
from webapp.up import broker


@contextlib.contextmanager
def private_broker(folder: Path) -> Iterator[str]:
    """Run a broker on a unix socket and yield its address as redis-py writes it."""
    url = broker.url(folder)
    with tethered(broker.program(folder).command, log=folder / "broker.log"):
        until(lambda: broker.answers(url), what="the broker")
        yield url
