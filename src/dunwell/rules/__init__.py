"""The rule book: the policy as data, and the one place that decides. Pure."""
