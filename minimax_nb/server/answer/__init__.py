"""Answers, and the formats in which they go over the wire."""
