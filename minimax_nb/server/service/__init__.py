"""The service: its request handler, rules and models."""
