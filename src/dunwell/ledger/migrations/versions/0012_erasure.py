"""Erasure: contacts, letters and mails whose personal data is gone"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("contact", "erase_asked_on"),
    ("contact", "erased_on"),
    ("letter", "erased_on"),
    ("mail", "erased_on"),
)


def upgrade() -> None:
    for table, column in _COLUMNS:
        op.add_column(table, sa.Column(column, sa.Date(), nullable=True))


def downgrade() -> None:
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column)
