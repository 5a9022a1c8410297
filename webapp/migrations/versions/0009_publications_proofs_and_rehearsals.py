"""Publications, proofs and rehearsals.

Revision 0009, after 0008, 2026-11-25 08:50:22.433535.
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('definition_proofs',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('proof', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_index(op.f('ix_definition_proofs_at'), 'definition_proofs', ['at'], unique=False)
    op.create_table('publishing_rules',
    sa.Column('lifecycle', sa.String(), nullable=False),
    sa.Column('second_person', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('lifecycle')
    )
    op.create_table('rehearsals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('lifecycle', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('everything', sa.Boolean(), nullable=False),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('judged', sa.Integer(), nullable=False),
    sa.Column('cursor', sa.Integer(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_rehearsals_key', 'rehearsals', ['key', 'id'], unique=False)
    op.create_index(op.f('ix_rehearsals_state'), 'rehearsals', ['state'], unique=False)
    op.create_table('publications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lifecycle', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=True),
    sa.Column('base_version_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('moves', sa.String(), nullable=False),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.Column('hold_messages', sa.Boolean(), nullable=False),
    sa.Column('acknowledged', sa.JSON(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by_id', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version_id', sa.Integer(), nullable=True),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('moved', sa.Integer(), nullable=False),
    sa.Column('settled', sa.Integer(), nullable=False),
    sa.Column('stayed', sa.JSON(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], ),
    sa.ForeignKeyConstraint(['base_version_id'], ['definition_versions.id'], ),
    sa.ForeignKeyConstraint(['published_by_id'], ['users.id'], ),
    sa.ForeignKeyConstraint(['version_id'], ['definition_versions.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('version_id')
    )
    op.create_index('ix_publications_lifecycle_state', 'publications', ['lifecycle', 'state'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_publications_lifecycle_state', table_name='publications')
    op.drop_table('publications')
    op.drop_index(op.f('ix_rehearsals_state'), table_name='rehearsals')
    op.drop_index('ix_rehearsals_key', table_name='rehearsals')
    op.drop_table('rehearsals')
    op.drop_table('publishing_rules')
    op.drop_index(op.f('ix_definition_proofs_at'), table_name='definition_proofs')
    op.drop_table('definition_proofs')
