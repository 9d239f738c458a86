"""Replies: the mail as it came, what was read from it, its answers; promises, claims, disputes, pauses"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=True),
        sa.Column("filed_at", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id", "sha256"),
    )
    op.create_index("ix_mail_state", "mail", ["state"], unique=False)
    op.create_table(
        "mail_body",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("mail_id"),
    )
    op.create_table(
        "mail_place",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("mailbox", "folder", "uidvalidity", "uid"),
    )
    op.create_index(op.f("ix_mail_place_mail_id"), "mail_place", ["mail_id"], unique=False)
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("trust", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("corrected", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mail_id"),
    )
    op.create_index(op.f("ix_reply_account_id"), "reply", ["account_id"], unique=False)
    op.create_index("ix_reply_state", "reply", ["state"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("wait_until", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"],
            ["reply.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_claim_account_id"), "claim", ["account_id"], unique=False)
    op.create_index(op.f("ix_claim_reply_id"), "claim", ["reply_id"], unique=False)
    op.create_index("ix_claim_state", "claim", ["state"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"],
            ["reply.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_dispute_account_id"), "dispute", ["account_id"], unique=False)
    op.create_index(op.f("ix_dispute_invoice_id"), "dispute", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_dispute_reply_id"), "dispute", ["reply_id"], unique=False)
    op.create_index("ix_dispute_state", "dispute", ["state"], unique=False)
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"],
            ["reply.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_pause_account_id"), "pause", ["account_id"], unique=False)
    op.create_index(op.f("ix_pause_ended_on"), "pause", ["ended_on"], unique=False)
    op.create_index(op.f("ix_pause_invoice_id"), "pause", ["invoice_id"], unique=False)
    op.create_index(op.f("ix_pause_reply_id"), "pause", ["reply_id"], unique=False)
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("by", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("needed", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("stops", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"],
            ["reply.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_promise_account_id"), "promise", ["account_id"], unique=False)
    op.create_index(op.f("ix_promise_reply_id"), "promise", ["reply_id"], unique=False)
    op.create_index("ix_promise_state", "promise", ["state"], unique=False)
    op.create_table(
        "reply_line",
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"],
            ["reply.id"],
        ),
        sa.PrimaryKeyConstraint("reply_id", "invoice_id"),
    )
    op.create_index(op.f("ix_reply_line_invoice_id"), "reply_line", ["invoice_id"], unique=False)
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("about", sa.Integer(), nullable=True),
        sa.Column("to_email", sa.String(), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["reply_id"],
            ["reply.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("reply_id"),
    )
    op.create_index(op.f("ix_answer_account_id"), "answer", ["account_id"], unique=False)
    op.create_index(op.f("ix_answer_letter_id"), "answer", ["letter_id"], unique=False)
    op.create_index("ix_answer_state", "answer", ["state"], unique=False)
    op.create_table(
        "claim_line",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"],
            ["claim.id"],
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
        ),
        sa.PrimaryKeyConstraint("claim_id", "invoice_id"),
    )
    op.create_index(op.f("ix_claim_line_invoice_id"), "claim_line", ["invoice_id"], unique=False)
    op.create_table(
        "promise_line",
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("open_then", sa.BigInteger(), nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
        ),
        sa.ForeignKeyConstraint(
            ["promise_id"],
            ["promise.id"],
        ),
        sa.PrimaryKeyConstraint("promise_id", "invoice_id"),
    )
    op.create_index(op.f("ix_promise_line_invoice_id"), "promise_line", ["invoice_id"], unique=False)
    op.create_table(
        "answer_line",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["answer.id"],
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
        ),
        sa.PrimaryKeyConstraint("answer_id", "invoice_id"),
    )
    op.create_index(op.f("ix_answer_line_invoice_id"), "answer_line", ["invoice_id"], unique=False)
    op.add_column("letter_line", sa.Column("held_back", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("letter_line", "held_back")
    op.drop_index(op.f("ix_answer_line_invoice_id"), table_name="answer_line")
    op.drop_table("answer_line")
    op.drop_index(op.f("ix_promise_line_invoice_id"), table_name="promise_line")
    op.drop_table("promise_line")
    op.drop_index(op.f("ix_claim_line_invoice_id"), table_name="claim_line")
    op.drop_table("claim_line")
    op.drop_index("ix_answer_state", table_name="answer")
    op.drop_index(op.f("ix_answer_letter_id"), table_name="answer")
    op.drop_index(op.f("ix_answer_account_id"), table_name="answer")
    op.drop_table("answer")
    op.drop_index(op.f("ix_reply_line_invoice_id"), table_name="reply_line")
    op.drop_table("reply_line")
    op.drop_index("ix_promise_state", table_name="promise")
    op.drop_index(op.f("ix_promise_reply_id"), table_name="promise")
    op.drop_index(op.f("ix_promise_account_id"), table_name="promise")
    op.drop_table("promise")
    op.drop_index(op.f("ix_pause_reply_id"), table_name="pause")
    op.drop_index(op.f("ix_pause_invoice_id"), table_name="pause")
    op.drop_index(op.f("ix_pause_ended_on"), table_name="pause")
    op.drop_index(op.f("ix_pause_account_id"), table_name="pause")
    op.drop_table("pause")
    op.drop_index("ix_dispute_state", table_name="dispute")
    op.drop_index(op.f("ix_dispute_reply_id"), table_name="dispute")
    op.drop_index(op.f("ix_dispute_invoice_id"), table_name="dispute")
    op.drop_index(op.f("ix_dispute_account_id"), table_name="dispute")
    op.drop_table("dispute")
    op.drop_index("ix_claim_state", table_name="claim")
    op.drop_index(op.f("ix_claim_reply_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_account_id"), table_name="claim")
    op.drop_table("claim")
    op.drop_index("ix_reply_state", table_name="reply")
    op.drop_index(op.f("ix_reply_account_id"), table_name="reply")
    op.drop_table("reply")
    op.drop_index(op.f("ix_mail_place_mail_id"), table_name="mail_place")
    op.drop_table("mail_place")
    op.drop_table("mail_body")
    op.drop_index("ix_mail_state", table_name="mail")
    op.drop_table("mail")
