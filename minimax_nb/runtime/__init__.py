"""Threads and files: a coroutine run to its end beside the caller, a file written whole or not at all."""
