"""The server's own certificate is self-signed and not trusted."""

from probe.lab.pki import authority, self_signed
from probe.lab.scene import Scene
from probe.lab.shop import HOST, ROOT, credentials, open_shop, working_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The certificate signed itself, and the client does not trust it."""
    return open_shop(stage, credentials(self_signed(HOST)), authority(ROOT))


def mended(stage: Stage) -> Scene:
    """The client trusts just this certificate."""
    own = self_signed(HOST)
    return working_shop(stage, credentials(own), own)
