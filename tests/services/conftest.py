"""The firm that tests of services work in."""

import pytest
from sqlalchemy.orm import Session

from tests.services.firm import World, open_firm


@pytest.fixture
def world(session: Session) -> World:
    """A firm on an empty database, everything in one unit of work."""
    return open_firm(session)
