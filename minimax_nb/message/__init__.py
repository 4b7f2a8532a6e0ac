"""A reply and its parts, and the one reading of a message: thinking, text, calls, errors of the service."""
