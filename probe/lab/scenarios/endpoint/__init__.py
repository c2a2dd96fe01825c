"""What concerns the endpoint as a whole."""
