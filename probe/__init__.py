"""Say why a TLS connection fails, who must change what, and prove it."""

VERSION = "0.3.0"
