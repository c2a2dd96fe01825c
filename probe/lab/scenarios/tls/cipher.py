"""Client and server have no cipher suite in common."""

from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The server has an ECDSA certificate, but is set up for suites with RSA certificates only."""
    made = hierarchy()
    return open_shop(stage, Serving(credentials=(made.whole,), tls_max="TLSv1.2", ciphers="ECDHE-RSA-AES128-GCM-SHA256"), made.root)


def mended(stage: Stage) -> Scene:
    """The suites fit the certificate."""
    made = hierarchy()
    return working_shop(stage, Serving(credentials=(made.whole,), tls_max="TLSv1.2", ciphers="ECDHE-ECDSA-AES128-GCM-SHA256"), made.root)
