"""Everything that touches the network, the user's files, the clock and the environment. What comes out are facts; nothing is judged here."""

import sys

if "asyncio" not in sys.modules and "ssl" not in sys.modules:
    # asyncio would load Python's own ssl module, and with it a second OpenSSL. It does without where Python was built without, and nobody here asks it
    # for TLS. Afterwards the module can be imported as ever.
    sys.modules["ssl"] = None  # type: ignore[assignment]  # the import system's way of saying that there is none
    try:
        import asyncio  # noqa: F401 -- loaded here for those who import it later
    finally:
        del sys.modules["ssl"]
