"""TLS without a socket: the engine, the tap that reads both directions, and pure readers of what the tap kept.

Only ``probe.tls.engine`` loads OpenSSL; everything else in here is light to import.
"""
