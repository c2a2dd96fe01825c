"""What readers see: every format, from healthy to hostile."""
