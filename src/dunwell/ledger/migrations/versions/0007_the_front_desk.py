"""The front desk: users, their sessions, who tried to sign in, and indexes for its pages"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_AGEING = ["state", "kind", "currency", "due", "account_id", "principal_open", "charges_open"]


def upgrade() -> None:
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("disabled_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "session",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.String(), nullable=False),
        sa.Column("seen_at", sa.String(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("ix_session_user_id", "session", ["user_id"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("let_in", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sign_in_key", "sign_in", ["key", "at"], unique=False)
    op.create_index("ix_sign_in_address", "sign_in", ["address", "at"], unique=False)
    op.create_index("ix_invoice_ageing", "invoice", _AGEING, unique=False)
    op.create_index("ix_invoice_issued", "invoice", ["issued", "kind", "currency", "amount"], unique=False)
    op.create_index("ix_task_open", "task", ["state", "due_on"], unique=False)
    op.create_index("ix_payment_on", "payment", ["on"], unique=False)
    op.create_index("ix_promise_by", "promise", ["by"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_promise_by", table_name="promise")
    op.drop_index("ix_payment_on", table_name="payment")
    op.drop_index("ix_task_open", table_name="task")
    op.drop_index("ix_invoice_issued", table_name="invoice")
    op.drop_index("ix_invoice_ageing", table_name="invoice")
    for name in ("sign_in", "session", "user"):
        op.drop_table(name)
