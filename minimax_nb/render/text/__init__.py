"""Text made safe and short: escaping, quoting, figures, templates."""
