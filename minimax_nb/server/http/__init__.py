"""HTTP: the ASGI app with its admission checks, uvicorn in a thread, timed responses."""
