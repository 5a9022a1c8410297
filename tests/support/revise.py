"""Write the next migration: `python -m tests.support.revise "What changed"`, on a private PostgreSQL."""

import sys
import tempfile
from pathlib import Path

from tests.support import postgres
from webapp.app import create_app
from webapp.config import Settings
from webapp.migrating import MIGRATIONS, migrate, revise


def main(message: str) -> None:
    """Bring an empty database up to the last migration and write the one that is missing."""
    number = f"{len(list((MIGRATIONS / 'versions').glob('[0-9]*.py'))) + 1:04}"
    with tempfile.TemporaryDirectory() as folder, postgres.cluster(Path(folder)) as address:
        environment = {"FIELDWRIGHT_ENV": "demo", "FIELDWRIGHT_DATA": folder, "DATABASE_URL": address}
        with create_app(Settings.from_environment(environment)).app_context():
            migrate()
            revise(message, number=number)


if __name__ == "__main__":
    main(sys.argv[1])
