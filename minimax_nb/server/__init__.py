"""Embedded server: the documented API on 127.0.0.1, answering from tapes or rehearsing.

It shares no code with the client side; the two meet over HTTP alone.
"""
