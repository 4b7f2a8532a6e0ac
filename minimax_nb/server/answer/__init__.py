"""An answer before it has a form, and its forms on the wire."""
