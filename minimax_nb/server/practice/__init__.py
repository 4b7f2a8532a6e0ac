"""Answers by rule, where no tape matches."""
