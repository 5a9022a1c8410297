"""What a day added up to.

Revision 0013, after 0012, 2026-11-25 09:20:00.000000.
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('insight_days',
    sa.Column('lifecycle', sa.String(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stays', sa.JSON(), nullable=False),
    sa.Column('waits', sa.JSON(), nullable=False),
    sa.Column('refused', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('lifecycle', 'day')
    )
    op.create_index('ix_work_order_status_histories_at', 'work_order_status_histories', ['at'], unique=False)
    op.create_index('ix_work_order_refusals_at', 'work_order_refusals', ['at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_work_order_refusals_at', table_name='work_order_refusals')
    op.drop_index('ix_work_order_status_histories_at', table_name='work_order_status_histories')
    op.drop_table('insight_days')
