"""What goes wrong in the plain words before TLS."""
