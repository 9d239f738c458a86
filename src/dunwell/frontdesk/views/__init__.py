"""The pages' views: each reads what its page shows, or has one of the desk's jobs done."""

PAGE = 50
"""How many rows a page of a list has."""
