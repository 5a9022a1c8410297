"""Plans as RFC 5545 rules with a calendar, rules of device types, and a ledger that knows when a slot is due.

Revision 0007, after 0006, 2026-11-25 08:55:00.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

FREQUENCIES = {'days': 'DAILY', 'weeks': 'WEEKLY', 'months': 'MONTHLY'}
PLANS = sa.table(
    'maintenance_plans',
    *(sa.column(name) for name in ('id', 'every', 'period', 'rrule', 'lead_days', 'active')),
    sa.column('next_slot_at', sa.DateTime(timezone=True)),
    sa.column('wake_at', sa.DateTime(timezone=True)),
)


def recurring() -> list[sa.Column[Any]]:
    """The columns plans and rules gain alike."""
    return [
        sa.Column('rrule', sa.String(), server_default='', nullable=False),
        sa.Column('anchor', sa.String(), server_default='fixed', nullable=False),
        sa.Column('season', sa.String(), server_default='', nullable=False),
        sa.Column('shift', sa.String(), server_default='keep', nullable=False),
        sa.Column('excluded', sa.JSON(), server_default='[]', nullable=False),
        sa.Column('policy', sa.String(), server_default='merge', nullable=False),
        sa.Column('catch_up', sa.String(), server_default='latest', nullable=False),
        sa.Column('window_days', sa.Integer(), nullable=True),
        sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('updated_by', sa.String(), server_default='', nullable=False),
    ]


def upgrade() -> None:
    op.create_table('maintenance_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('device_type_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('order_type', sa.String(), nullable=False),
    sa.Column('first_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lead_days', sa.Integer(), nullable=False),
    sa.Column('duration_minutes', sa.Integer(), nullable=False),
    sa.Column('technician_id', sa.Integer(), nullable=True),
    sa.Column('request', sa.String(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('edited_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    *recurring(),
    sa.ForeignKeyConstraint(['device_type_id'], ['device_types.id'], ),
    sa.ForeignKeyConstraint(['edited_by_id'], ['users.id'], ),
    sa.ForeignKeyConstraint(['technician_id'], ['users.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_maintenance_rules_device_type_id'), 'maintenance_rules', ['device_type_id'], unique=False)
    op.create_table('maintenance_rule_items',
    sa.Column('rule_id', sa.Integer(), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=15, scale=0), nullable=False),
    sa.ForeignKeyConstraint(['item_id'], ['items.id'], ),
    sa.ForeignKeyConstraint(['rule_id'], ['maintenance_rules.id'], ),
    sa.PrimaryKeyConstraint('rule_id', 'item_id')
    )
    with op.batch_alter_table('maintenance_plans') as plans:
        for column in (
            *recurring(),
            sa.Column('rule_id', sa.Integer(), nullable=True),
            sa.Column('rule_version', sa.Integer(), nullable=True),
            sa.Column('own', sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column('waits_for_id', sa.Integer(), nullable=True),
            sa.Column('wake_at', sa.DateTime(timezone=True), nullable=True),
            sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
            sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
            sa.Column('ended_because', sa.String(), server_default='', nullable=False),
        ):
            plans.add_column(column)
        plans.create_foreign_key('fk_maintenance_plans_rule', 'maintenance_rules', ['rule_id'], ['id'])
        plans.create_foreign_key('fk_maintenance_plans_waits_for', 'work_orders', ['waits_for_id'], ['id'])
        plans.create_unique_constraint('uq_maintenance_plans_rule_unit', ['rule_id', 'unit_id'])
    for name in ('rule_id', 'waits_for_id', 'wake_at'):
        op.create_index(op.f(f'ix_maintenance_plans_{name}'), 'maintenance_plans', [name], unique=False)
    connection = op.get_bind()
    for plan in connection.execute(sa.select(PLANS)).all():
        every = f';INTERVAL={plan.every}' if plan.every > 1 else ''
        rule = '' if plan.period == 'once' else f'FREQ={FREQUENCIES[plan.period]}{every}'
        wakes = plan.active and plan.next_slot_at is not None
        wake_at = plan.next_slot_at - timedelta(days=plan.lead_days) if wakes else None
        connection.execute(sa.update(PLANS).where(PLANS.c.id == plan.id).values(rrule=rule, wake_at=wake_at))
    with op.batch_alter_table('maintenance_plans') as plans:
        plans.drop_column('every')
        plans.drop_column('period')
    op.add_column('maintenance_slots', sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE maintenance_slots SET due_at = slot')
    op.add_column('firm', sa.Column('service_visits', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column('firm', sa.Column('holiday_country', sa.String(), server_default='', nullable=False))
    op.add_column('firm', sa.Column('holiday_region', sa.String(), server_default='', nullable=False))
    op.add_column('firm', sa.Column('days_off', sa.JSON(), server_default='[5, 6]', nullable=False))


def downgrade() -> None:
    for name in ('days_off', 'holiday_region', 'holiday_country', 'service_visits'):
        op.drop_column('firm', name)
    op.execute("DELETE FROM maintenance_slots WHERE outcome = 'planned'")
    op.drop_column('maintenance_slots', 'due_at')
    with op.batch_alter_table('maintenance_plans') as plans:
        plans.add_column(sa.Column('every', sa.Integer(), server_default='1', nullable=False))
        plans.add_column(sa.Column('period', sa.String(), server_default='months', nullable=False))
    periods = {word: period for period, word in FREQUENCIES.items()} | {'YEARLY': 'months'}
    connection = op.get_bind()
    for plan in connection.execute(sa.select(PLANS)).all():
        parts = dict(part.split('=') for part in plan.rrule.split(';') if part)
        every = int(parts.get('INTERVAL', 1)) * (12 if parts.get('FREQ') == 'YEARLY' else 1)
        period = periods[parts['FREQ']] if parts else 'once'
        connection.execute(sa.update(PLANS).where(PLANS.c.id == plan.id).values(every=every, period=period))
    for name in ('rule_id', 'waits_for_id', 'wake_at'):
        op.drop_index(op.f(f'ix_maintenance_plans_{name}'), table_name='maintenance_plans')
    with op.batch_alter_table('maintenance_plans') as plans:
        plans.drop_constraint('uq_maintenance_plans_rule_unit', type_='unique')
        plans.drop_constraint('fk_maintenance_plans_waits_for', type_='foreignkey')
        plans.drop_constraint('fk_maintenance_plans_rule', type_='foreignkey')
        for name in ('ended_because', 'ended_at', 'paused_at', 'wake_at', 'waits_for_id', 'own', 'rule_version', 'rule_id'):
            plans.drop_column(name)
        for column in reversed(recurring()):
            plans.drop_column(column.name)
    op.drop_table('maintenance_rule_items')
    op.drop_index(op.f('ix_maintenance_rules_device_type_id'), table_name='maintenance_rules')
    op.drop_table('maintenance_rules')
