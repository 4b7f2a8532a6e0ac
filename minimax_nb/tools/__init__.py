"""Python functions as tools: the schema, the call, the result, and calls that stand as XML in a text."""
