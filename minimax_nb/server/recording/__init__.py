"""Recording: a proxy to the service that writes what it passes on to tapes."""
