"""What statements and good news rest on: when a payment was booked, since when an account is pressed or on hold"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added one by one: SQLite would build a table anew for more, and others refer to it.
    op.add_column("account", sa.Column("pressed_since", sa.Date(), nullable=True))
    op.add_column("account", sa.Column("hold_since", sa.Date(), nullable=True))
    op.create_index("ix_account_pressed_since", "account", ["pressed_since"])
    op.create_index("ix_account_hold_since", "account", ["hold_since"])
    op.add_column("payment", sa.Column("booked_at", sa.String(), nullable=True))
    op.add_column("letter", sa.Column("statement", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "kind", "on"),
    )
    op.create_index("ix_news_state", "news", ["state"])
    op.create_index("ix_news_letter_id", "news", ["letter_id"])


def downgrade() -> None:
    op.drop_table("news")
    op.drop_index("ix_account_hold_since")
    op.drop_index("ix_account_pressed_since")
    for table, column in (
        ("letter", "statement"),
        ("payment", "booked_at"),
        ("account", "hold_since"),
        ("account", "pressed_since"),
    ):
        op.drop_column(table, column)
