"""Timers that rang, and when an order came into its status.

Revision 0012, after 0011, 2026-11-25 09:05:00.
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('order_timers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('timer', sa.String(), nullable=False),
    sa.Column('stay', sa.Integer(), nullable=False),
    sa.Column('counted_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fired_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('definition_version_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['definition_version_id'], ['definition_versions.id']),
    sa.ForeignKeyConstraint(['order_id'], ['work_orders.id']),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('order_id', 'timer', 'stay', 'counted_from')
    )
    op.add_column('work_orders', sa.Column('stay', sa.Integer(), server_default='0', nullable=False))
    op.add_column('work_orders', sa.Column('entered_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_work_orders_entered', 'work_orders', ['status', 'entered_at', 'id'], unique=False)
    # The newest row that came from elsewhere; a version that took over in the same status began no stay.
    op.execute("""
        UPDATE work_orders SET stay = coalesce((SELECT max(sequence) FROM work_order_status_histories AS rows
            WHERE rows.order_id = work_orders.id AND (from_status IS NULL OR from_status <> to_status)), 0)
    """)
    op.execute("""
        UPDATE work_orders SET entered_at = (SELECT at FROM work_order_status_histories AS rows
            WHERE rows.order_id = work_orders.id AND rows.sequence = work_orders.stay)
    """)


def downgrade() -> None:
    op.drop_index('ix_work_orders_entered', table_name='work_orders')
    op.drop_column('work_orders', 'entered_at')
    op.drop_column('work_orders', 'stay')
    op.drop_table('order_timers')
