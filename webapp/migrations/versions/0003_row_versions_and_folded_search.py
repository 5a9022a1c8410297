"""Row versions with the last editor for everything a form changes, and folded words for the search boxes.

Revision 0003, after 0002, 2026-11-25 08:10.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

VERSIONED_ALREADY = ('customers', 'units')
VERSIONED_NOW = ('device_models', 'device_types', 'items', 'users')
SEARCHED = {
    'device_models': ('manufacturer', 'number'),
    'device_types': ('name',),
    'items': ('name',),
    'units': ('serial_number', 'service_address'),
    'users': ('name', 'email'),
}


def upgrade() -> None:
    for table in VERSIONED_NOW:
        op.add_column(table, sa.Column('row_version', sa.Integer(), server_default='1', nullable=False))
    for table in (*VERSIONED_ALREADY, *VERSIONED_NOW):
        op.add_column(table, sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column('updated_by', sa.String(), server_default='', nullable=False))
    for table, columns in SEARCHED.items():
        op.add_column(table, sa.Column('search_text', sa.String(), server_default='', nullable=False))
        fill(table, columns)
    fill('customers', ('search_text',))


def fill(table: str, columns: tuple[str, ...]) -> None:
    """Fold the words of every row that is there already."""
    names = dict.fromkeys(('id', *columns, 'search_text'))
    rows = sa.table(table, *(sa.column(name) for name in names))
    connection = op.get_bind()
    found = connection.execute(sa.select(rows)).mappings().all()
    folded = [
        {'row': row['id'], 'folded': fold('\n'.join(row[name] or '' for name in columns))} for row in found
    ]
    if folded:
        change = sa.update(rows).where(rows.c.id == sa.bindparam('row')).values(search_text=sa.bindparam('folded'))
        connection.execute(change, folded)


def fold(text: str) -> str:
    """As webapp.folding did it on the day of this migration."""
    folded = unicodedata.normalize('NFKC', text).casefold().replace('\u0307', '')
    return unicodedata.normalize('NFKC', folded)


def downgrade() -> None:
    for table in SEARCHED:
        op.drop_column(table, 'search_text')
    for table in (*VERSIONED_ALREADY, *VERSIONED_NOW):
        op.drop_column(table, 'updated_by')
        op.drop_column(table, 'updated_at')
    for table in VERSIONED_NOW:
        op.drop_column(table, 'row_version')
