"""Dunwell's Prefect flows. They only orchestrate: the work is the desk's, the time is the wiring's."""
