"""The day's work, one file a job: the shell that joins the rules with the ledger and the mailroom."""
