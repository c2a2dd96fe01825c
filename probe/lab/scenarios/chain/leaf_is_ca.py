"""The server's certificate says that it is a CA."""

from collections.abc import Callable

from probe.lab.pki import self_signed
from probe.lab.scene import RISK, Scene
from probe.lab.shop import HOST, credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage
from probe.lab.traits import Traits

_CA = Traits(ca=True, key_usage=("digital_signature", "key_cert_sign"), extended_key_usage=("server",))


def broken(stage: Stage) -> Scene:
    """The certificate of the server was issued with CA:TRUE."""
    made = hierarchy(leaf=_CA)
    return open_shop(stage, made, made.root, expects=RISK)


def mended(stage: Stage) -> Scene:
    """It is an end-entity certificate."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def trusted_by_itself(stage: Stage) -> Scene:
    """A certificate that signed itself and is trusted by itself may say so."""
    own = self_signed(HOST, traits=_CA)
    return working_shop(stage, credentials(own), own)


variants: dict[str, Callable[[Stage], Scene]] = {"trusted-by-itself": trusted_by_itself}
