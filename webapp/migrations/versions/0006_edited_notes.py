"""When a note was edited, and by whom.

Revision 0006, after 0005, 2026-11-25 08:15:00.
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('notes') as notes:
        notes.add_column(sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True))
        notes.add_column(sa.Column('edited_by_id', sa.Integer(), nullable=True))
        notes.create_foreign_key('fk_notes_edited_by', 'users', ['edited_by_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('notes') as notes:
        notes.drop_constraint('fk_notes_edited_by', type_='foreignkey')
        notes.drop_column('edited_by_id')
        notes.drop_column('edited_at')
