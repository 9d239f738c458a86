"""What counsel needs, and what there is to choose from. Pure."""
