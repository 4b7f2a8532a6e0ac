"""How a reply appears: live in a notebook, as one saved output, or as text in a terminal."""
