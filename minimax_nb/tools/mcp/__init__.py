"""Tools from MCP servers: where a server is, a session with it, its tools, and what they give."""
