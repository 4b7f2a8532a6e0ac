"""A conversation that keeps its history, and its panel: a chat box in the output of a cell."""
