"""Where requests go, the clients that send them there, and what their errors mean."""
