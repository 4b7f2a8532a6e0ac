"""What is wrong with a history, rule by rule, and how each wrong is mended."""
