"""Dunwell chases unpaid invoices by e-mail, and never someone who has paid.

The package is laid out as the rooms of a credit-control office; ARCHITECTURE.md is the floor plan.
"""

__version__ = "0.1.0"
