"""Steps of drafts.

Revision 0008, after 0007, 2026-11-25 08:50:00.
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('definition_draft_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('redo', sa.Boolean(), nullable=False),
    sa.Column('says', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('from_sha256', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['definition_drafts.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_definition_draft_steps_draft_id'), 'definition_draft_steps', ['draft_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_definition_draft_steps_draft_id'), table_name='definition_draft_steps')
    op.drop_table('definition_draft_steps')
