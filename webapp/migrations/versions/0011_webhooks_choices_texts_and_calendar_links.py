"""Webhooks, people's choices, the firm's own texts and calendar links.

Revision 0011, after 0010, 2026-11-25 09:00:00.
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('webhook_endpoints',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('messages', sa.JSON(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('removed', sa.Boolean(), nullable=False),
    sa.Column('nonce', sa.String(), nullable=False),
    sa.Column('former_nonce', sa.String(), nullable=True),
    sa.Column('former_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_by', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('notification_choices',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('mail_off', sa.JSON(), nullable=False),
    sa.Column('quiet_from', sa.Integer(), nullable=True),
    sa.Column('quiet_until', sa.Integer(), nullable=True),
    sa.Column('time_zone', sa.String(), nullable=False),
    sa.Column('digest_at', sa.Integer(), nullable=True),
    sa.Column('digest_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('digest_on', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], ),
    sa.PrimaryKeyConstraint('user_id')
    )
    op.create_table('calendar_links',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('ending', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token_hash')
    )
    op.create_index(op.f('ix_calendar_links_user_id'), 'calendar_links', ['user_id'], unique=False)
    op.create_table('message_languages',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('code')
    )
    op.create_table('message_texts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('stock', sa.Boolean(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('actor_name', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_message_texts_of', 'message_texts', ['message', 'channel', 'language', 'id'], unique=False)
    op.add_column('customers', sa.Column('language', sa.String(), server_default='', nullable=False))
    with op.batch_alter_table('deliveries') as deliveries:
        deliveries.add_column(sa.Column('lane', sa.String(), server_default='', nullable=False))
        deliveries.add_column(sa.Column('endpoint_id', sa.Integer(), nullable=True))
        deliveries.create_foreign_key('fk_deliveries_endpoint', 'webhook_endpoints', ['endpoint_id'], ['id'])
        deliveries.create_index('ix_deliveries_endpoint_id', ['endpoint_id'], unique=False)
        deliveries.create_index('ix_deliveries_lane', ['state', 'channel', 'lane', 'next_at'], unique=False)
    with op.batch_alter_table('notifications') as notifications:
        notifications.add_column(sa.Column('digest_id', sa.Integer(), nullable=True))
        notifications.create_foreign_key('fk_notifications_digest', 'deliveries', ['digest_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('notifications') as notifications:
        notifications.drop_constraint('fk_notifications_digest', type_='foreignkey')
        notifications.drop_column('digest_id')
    with op.batch_alter_table('deliveries') as deliveries:
        deliveries.drop_index('ix_deliveries_lane')
        deliveries.drop_index('ix_deliveries_endpoint_id')
        deliveries.drop_constraint('fk_deliveries_endpoint', type_='foreignkey')
        deliveries.drop_column('endpoint_id')
        deliveries.drop_column('lane')
    op.drop_column('customers', 'language')
    op.drop_index('ix_message_texts_of', table_name='message_texts')
    op.drop_table('message_texts')
    op.drop_table('message_languages')
    op.drop_index(op.f('ix_calendar_links_user_id'), table_name='calendar_links')
    op.drop_table('calendar_links')
    op.drop_table('notification_choices')
    op.drop_table('webhook_endpoints')
