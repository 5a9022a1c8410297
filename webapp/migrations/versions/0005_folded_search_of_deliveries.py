"""Folded words for the search box of deliveries.

Revision 0005, after 0004, 2026-11-25 08:15.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("search_text", sa.String(), server_default="", nullable=False))
    rows = sa.table("deliveries", *(sa.column(name) for name in ("id", "recipient_name", "address", "search_text")))
    connection = op.get_bind()
    folded = [
        {"row": number, "folded": fold(f"{name}\n{address or ''}")}
        for number, name, address in connection.execute(sa.select(rows.c.id, rows.c.recipient_name, rows.c.address))
    ]
    if folded:
        change = sa.update(rows).where(rows.c.id == sa.bindparam("row")).values(search_text=sa.bindparam("folded"))
        connection.execute(change, folded)


def fold(text: str) -> str:
    """As webapp.folding did it on the day of this migration."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u0307", "")
    return unicodedata.normalize("NFKC", folded)


def downgrade() -> None:
    op.drop_column("deliveries", "search_text")
