"""The tool loop: ask, carry out the calls, ask again, until the model answers."""
