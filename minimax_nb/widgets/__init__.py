"""Views in the cell output: Python beside its JavaScript and CSS, in ``static/``."""
