"""A turn with tools: run in rounds, each call carried out, all of it on show as it happens."""
