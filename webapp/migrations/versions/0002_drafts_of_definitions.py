"""Drafts of definitions.

Revision 0002, after 0001, 2026-11-25 08:00:34.803420.
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('definition_drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lifecycle', sa.String(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('base_version_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['base_version_id'], ['definition_versions.id'], ),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('lifecycle', 'user_id')
    )
    op.create_index(op.f('ix_definition_drafts_user_id'), 'definition_drafts', ['user_id'], unique=False)
    with op.batch_alter_table('definition_versions') as versions:
        versions.add_column(sa.Column('based_on_id', sa.Integer(), nullable=True))
        versions.create_foreign_key('fk_definition_versions_based_on', 'definition_versions', ['based_on_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('definition_versions') as versions:
        versions.drop_constraint('fk_definition_versions_based_on', type_='foreignkey')
        versions.drop_column('based_on_id')
    op.drop_index(op.f('ix_definition_drafts_user_id'), table_name='definition_drafts')
    op.drop_table('definition_drafts')
