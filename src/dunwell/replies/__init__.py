"""What customers answer: the days and the amounts in their words. Pure: no clock, no network, no database."""
