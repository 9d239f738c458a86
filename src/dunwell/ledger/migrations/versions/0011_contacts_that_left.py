"""Contacts that left: kept on record, and written to or believed no more"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact", sa.Column("left_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("contact", "left_on")
