"""The letters: facts in, a subject, a text and an HTML page out. Pure but for reading the template files."""
