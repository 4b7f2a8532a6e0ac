"""What happened in a run, step by step: thinking, text, calls and results, each with its times."""
