"""The server's sockets: the ASGI app's gate, uvicorn in a thread, responses sent in time."""
