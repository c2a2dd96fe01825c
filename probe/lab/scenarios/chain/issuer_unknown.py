"""The issuer is found nowhere, and nothing tells whether the server or the trust store lacks it."""

from probe.lab.pki import authority
from probe.lab.scene import UNDECIDED, Scene
from probe.lab.shop import HOST, ROOT, credentials, open_shop, working_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The server sends a certificate that is not its issuer's; the issuer is neither trusted nor to be fetched."""
    issuer, stranger = authority("Partner CA"), authority("Other CA").intermediate("Other Issuing CA")
    return open_shop(stage, credentials(issuer.issue(HOST), stranger), authority(ROOT), expects=UNDECIDED)


def mended(stage: Stage) -> Scene:
    """The issuer is trusted, and the certificate that has nothing to do with it is gone."""
    issuer = authority("Partner CA")
    return working_shop(stage, credentials(issuer.issue(HOST)), issuer)
