"""Who approved what about a referral, its hand-over and recall; letters that the collector was forewarned of"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referral", sa.Column("wait_until", sa.Date(), nullable=True))
    op.add_column("referral", sa.Column("reminded_on", sa.Date(), nullable=True))
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("referral_id", "who"),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("seal", sa.String(), nullable=True),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("settled_at", sa.String(), nullable=True),
        sa.Column("who", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("referral_id", "kind"),
    )
    op.create_index("ix_handover_state", "handover", ["state"])
    _take_over_tasks()
    op.create_table(
        "forewarned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("invoices", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("held_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("on", "account_id"),
    )
    op.create_index("ix_forewarned_account_id", "forewarned", ["account_id"])


def _take_over_tasks() -> None:
    """Until now a task asked a person for each hand-over: it does still, and no dossier goes to anybody by itself."""
    op.get_bind().execute(
        sa.text(
            'INSERT INTO handover (referral_id, kind, recipient, "on", state, way, attempts, reason, worker) '
            "SELECT id, 'hand_over', CASE disposition WHEN 'sue' THEN 'counsel' WHEN 'agency' THEN 'agency' "
            "ELSE 'buyer' END, decided_on, 'sent', 'task', 0, 'given to people as a task', '' FROM referral "
            "WHERE state = 'decided' AND decided_on IS NOT NULL AND disposition IN ('sue', 'agency', 'sell')"
        )
    )


def downgrade() -> None:
    op.drop_table("forewarned")
    op.drop_index("ix_handover_state", table_name="handover")
    op.drop_table("handover")
    op.drop_table("approval")
    op.drop_column("referral", "reminded_on")
    op.drop_column("referral", "wait_until")
