"""The litigation queue: an account's referral with its cases, and what was decided about it"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_referral_account_id", "referral", ["account_id"])
    op.create_index("ix_referral_state", "referral", ["state"])
    op.create_table(
        "referral_line",
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"]),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"]),
        sa.PrimaryKeyConstraint("invoice_id"),
    )
    op.create_index("ix_referral_line_referral_id", "referral_line", ["referral_id"])
    _take_over_tasks()


def _take_over_tasks() -> None:
    """Proposals for litigation were tasks until now: each account that has open ones gets its referral."""
    book = op.get_bind()
    rows = book.execute(
        sa.text(
            "SELECT account_id, invoice_id, made_on FROM task WHERE kind = 'refer' AND state = 'open' "
            "AND invoice_id IS NOT NULL ORDER BY id"
        )
    ).all()
    keys: dict[int, int] = {}
    for account_id, invoice_id, made_on in rows:
        if account_id not in keys:
            values = {"account_id": account_id, "since": made_on}
            book.execute(
                sa.text(
                    "INSERT INTO referral (account_id, since, state, why) VALUES (:account_id, :since, 'queued', '')"
                ),
                values,
            )
            found = book.execute(sa.text("SELECT max(id) FROM referral WHERE account_id = :account_id"), values)
            keys[account_id] = found.scalar_one()
            task = {"key": f"referral:{keys[account_id]}", "account_id": account_id, "on": made_on, "words": _TASK}
            book.execute(
                sa.text(
                    "INSERT INTO task (key, kind, role, account_id, made_on, due_on, text, state) "
                    "VALUES (:key, 'refer', 'owner', :account_id, :on, :on, :words, 'open')"
                ),
                task,
            )
        book.execute(
            sa.text('INSERT INTO referral_line (invoice_id, referral_id, "on") VALUES (:invoice, :referral, :on)'),
            {"invoice": invoice_id, "referral": keys[account_id], "on": made_on},
        )

    book.execute(sa.text("UPDATE task SET state = 'done' WHERE kind = 'refer' AND invoice_id IS NOT NULL"))


_TASK = "an account is in the litigation queue: `dunwell queue list`, then decide"


def downgrade() -> None:
    op.drop_table("referral_line")
    op.drop_table("referral")
