"""Charges and tasks with what became of them; notices to service delivery; mails to staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("waived_by", "booked_at", "waived_at"):
        op.add_column("charge", sa.Column(name, sa.String(), nullable=True))
    op.add_column("task", sa.Column("outcome", sa.String(), nullable=True))
    op.add_column("task", sa.Column("ended_on", sa.Date(), nullable=True))
    op.add_column("task", sa.Column("who", sa.String(), nullable=True))
    op.add_column("task", sa.Column("why", sa.Text(), nullable=True))
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.String(), nullable=True),
        sa.Column("mailed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.String(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("who", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(op.f("ix_notice_account_id"), "notice", ["account_id"], unique=False)
    op.create_index("ix_notice_state", "notice", ["state"], unique=False)
    op.create_table(
        "notice_line",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["notice.id"],
        ),
        sa.PrimaryKeyConstraint("notice_id", "invoice_id"),
    )
    op.create_index(op.f("ix_notice_line_invoice_id"), "notice_line", ["invoice_id"], unique=False)
    op.create_table(
        "staff_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("to_email", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reserved_at", sa.String(), nullable=False),
        sa.Column("settled_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slot"),
    )


def downgrade() -> None:
    op.drop_table("staff_mail")
    op.drop_index(op.f("ix_notice_line_invoice_id"), table_name="notice_line")
    op.drop_table("notice_line")
    op.drop_index("ix_notice_state", table_name="notice")
    op.drop_index(op.f("ix_notice_account_id"), table_name="notice")
    op.drop_table("notice")
    for name in ("why", "who", "ended_on", "outcome"):
        op.drop_column("task", name)
    for name in ("waived_at", "booked_at", "waived_by"):
        op.drop_column("charge", name)
