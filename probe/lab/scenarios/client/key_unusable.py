"""The server accepts only signatures that the client's key cannot make."""

from dataclasses import replace

from probe.lab.client_shop import FOR_CLIENTS, files, partners
from probe.lab.scene import FAILS, WORKS, Expects, Scene
from probe.lab.shop import hierarchy, reach
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The server accepts RSA signatures alone, and the client's key is on an elliptic curve."""
    return _scene(stage, "ec-p256", FAILS)


def mended(stage: Stage) -> Scene:
    """The client's key is an RSA key."""
    return _scene(stage, "rsa-2048", WORKS)


def _scene(stage: Stage, kind: str, expects: Expects) -> Scene:
    made, shop = partners(), hierarchy()
    accepted = stage.chain_file(made.root.der, name="client-ca.pem")
    port = stage.openssl(shop.whole, "-Verify", "2", "-verify_return_error", "-CAfile", accepted, "-client_sigalgs", "rsa_pss_rsae_sha256:RSA+SHA256")
    own = made.direct(replace(FOR_CLIENTS, key=kind, slot="client-2048"))
    return Scene(arguments=reach(port, stage.trust_file(shop.root), *files(stage, own)), expects=expects)
