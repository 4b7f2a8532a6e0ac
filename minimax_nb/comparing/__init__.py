"""Several models asked the same at once, side by side."""
