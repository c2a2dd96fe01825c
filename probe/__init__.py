"""Say why a TLS connection fails, who must change what, and prove it."""

VERSION = "0.1.0"
