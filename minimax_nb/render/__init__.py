"""Text in, safe text out: Markdown and replies as HTML, Markdown and plain text. No I/O, no notebook."""
