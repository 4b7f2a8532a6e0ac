"""Markdown of a model as safe HTML, block by block, for the live view and the saved page."""
