"""When an invoice or a credit note was booked: two statements of one day leave none out, and show none twice"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invoice", sa.Column("booked_at", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("invoice", "booked_at")
