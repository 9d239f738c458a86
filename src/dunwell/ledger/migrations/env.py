"""Alembic's entry: runs the migrations on the engine that the ledger hands over."""

from alembic import context
from sqlmodel import SQLModel

import dunwell.ledger.agreement_tables
import dunwell.ledger.lever_tables
import dunwell.ledger.mail_tables
import dunwell.ledger.referral_tables
import dunwell.ledger.service_tables
import dunwell.ledger.tables
import dunwell.ledger.user_tables  # noqa: F401  (registers the tables)

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
