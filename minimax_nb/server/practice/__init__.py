"""Practice mode: rehearsed answers by rule, where no tape matches."""
