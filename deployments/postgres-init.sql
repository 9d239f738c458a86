-- Prefect's own database, beside the ledger's; it wants the extension pg_trgm.
CREATE DATABASE prefect;
\connect prefect
CREATE EXTENSION IF NOT EXISTS pg_trgm;
