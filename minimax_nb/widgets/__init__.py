"""Widgets of the live view: Python beside its JavaScript and CSS, in ``static/``."""
