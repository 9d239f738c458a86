"""The front desk: the collector's web page. What needs a person, and what can be done about it by the desk."""
