"""Builders and real servers that the tests of several rooms share."""
