"""What customers answer: the days and the amounts in their words. Pure: neither a clock nor a network nor a database."""
