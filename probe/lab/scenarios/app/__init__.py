"""What the application says after the handshake."""
