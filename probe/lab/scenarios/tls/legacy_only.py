"""The server speaks only old TLS that current clients refuse."""

from collections.abc import Callable

from probe.lab.old_server import Old, old_server
from probe.lab.scene import Scene
from probe.lab.shop import hierarchy, open_shop, reach, working_shop
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits

# The 1024-bit MODP group of RFC 2409 section 6.2, as PKCS #3 parameters: small on purpose, known to everybody.
DH_1024 = b"""-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""


def broken(stage: Stage) -> Scene:
    """The server speaks TLS 1.0 and 1.1 only."""
    made = hierarchy()
    return open_shop(stage, Serving(credentials=(made.whole,), tls_min="TLSv1", tls_max="TLSv1.1"), made.root)


def mended(stage: Stage) -> Scene:
    """The server speaks TLS 1.2 too."""
    made = hierarchy()
    return working_shop(stage, Serving(credentials=(made.whole,), tls_min="TLSv1", tls_max="TLSv1.2"), made.root)


def small_dh(stage: Stage) -> Scene:
    """The server speaks TLS 1.2 with a Diffie-Hellman group of 1024 bits only."""
    made = hierarchy(leaf=Traits(key="rsa-2048", slot="leaf"))
    group = str(stage.write("dh.pem", DH_1024))
    port = stage.openssl(made.whole, "-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-dhparam", group)
    return Scene(arguments=reach(port, stage.trust_file(made.root)))


def triple_des(stage: Stage) -> Scene:
    """The server knows 3DES only."""
    return _obsolete(stage, "DES-CBC3-SHA", version="TLSv1.2")


def rc4(stage: Stage) -> Scene:
    """The server knows RC4 only, with TLS 1.0."""
    return _obsolete(stage, "RC4-SHA", "RC4-MD5")


def ssl3(stage: Stage) -> Scene:
    """The server speaks SSL 3.0 only, and hangs up on everything else."""
    return _obsolete(stage, "AES128-SHA", "RC4-MD5", version="SSLv3", close=True)


def export_dh(stage: Stage) -> Scene:
    """The server knows export suites only, with a Diffie-Hellman group of 512 bits."""
    return _obsolete(stage, "EXP-DHE-RSA-DES-CBC-SHA", "EXP-RC4-MD5")


def refused_dh(stage: Stage) -> Scene:
    """The server speaks TLS 1.2 with a Diffie-Hellman group of 256 bits, which no setting of OpenSSL allows."""
    return _obsolete(stage, "DHE-RSA-AES128-GCM-SHA256", version="TLSv1.2", dh_bits=256)


def _obsolete(stage: Stage, *suites: str, version: str = "TLSv1", dh_bits: int = 512, close: bool = False) -> Scene:
    made = hierarchy(leaf=Traits(key="rsa-2048", slot="leaf"))
    port = stage.raw(old_server(Old(chain=made.whole.chain, suites=suites, version=version, dh_bits=dh_bits, close=close)))
    return Scene(arguments=reach(port, stage.trust_file(made.root)))


variants: dict[str, Callable[[Stage], Scene]] = {
    "small-dh": small_dh,
    "triple-des": triple_des,
    "rc4": rc4,
    "ssl3": ssl3,
    "export-dh": export_dh,
    "refused-dh": refused_dh,
}
