"""Trials of definitions.

Revision 0010, after 0009, 2026-11-25 08:56:00.000000.
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('definition_trials',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lifecycle', sa.String(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('order_number', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('lifecycle', 'user_id')
    )
    op.create_index(op.f('ix_definition_trials_user_id'), 'definition_trials', ['user_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_definition_trials_user_id'), table_name='definition_trials')
    op.drop_table('definition_trials')
