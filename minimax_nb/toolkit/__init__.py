"""Around a tool: its schema from a function, its result as text, and calls that stand as XML in a text."""
