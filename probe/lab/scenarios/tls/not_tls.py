"""The port speaks a plain protocol, not TLS."""

from collections.abc import Callable

from probe.lab import raw_server
from probe.lab.manners import Manners
from probe.lab.scene import Scene
from probe.lab.shop import healthy_shop, hierarchy, open_raw, reach
from probe.lab.stage import Stage
from probe.lab.tls_server import Serving


def broken(stage: Stage) -> Scene:
    """The port speaks plain HTTP."""
    return open_raw(stage, stage.raw(raw_server.plain_http))


def mended(stage: Stage) -> Scene:
    """A TLS server answers on the port."""
    return healthy_shop(stage)


def smtp(stage: Stage) -> Scene:
    """The port speaks SMTP."""
    return open_raw(stage, stage.tls(Serving(credentials=(hierarchy().whole,), plain=Manners(offers=False))))


def starttls(stage: Stage) -> Scene:
    """The port speaks SMTP, and TLS begins after it was asked for."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), plain=Manners()))
    return Scene(arguments=reach(port, stage.trust_file(made.root), scheme="smtps"))


def ssh(stage: Stage) -> Scene:
    """The port speaks SSH."""
    return open_raw(stage, stage.raw(raw_server.says(raw_server.SSH_BANNER)))


def ldap(stage: Stage) -> Scene:
    """The port speaks plain LDAP."""
    return open_raw(stage, stage.raw(raw_server.plain_ldap))


variants: dict[str, Callable[[Stage], Scene]] = {"smtp": smtp, "starttls": starttls, "ssh": ssh, "ldap": ldap}
