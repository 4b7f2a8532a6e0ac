"""Messages checked before they are sent, rule by rule, and repaired."""
