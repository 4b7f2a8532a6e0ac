"""Tapes: read, matched with requests, written."""
