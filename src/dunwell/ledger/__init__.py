"""The books: the only room that knows SQL. Rows never leave it; terms go in and come out."""
