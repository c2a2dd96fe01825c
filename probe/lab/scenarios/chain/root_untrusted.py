"""The chain is complete, but its root is not in the trust store."""

from collections.abc import Callable

from probe.lab.pki import authority
from probe.lab.scene import Scene
from probe.lab.shop import credentials, hierarchy, open_shop, working_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The server sends all certificates up to the root; the client trusts another one."""
    made = hierarchy()
    return open_shop(stage, credentials(made.leaf, made.intermediate, made.root), authority("Other Root CA"))


def mended(stage: Stage) -> Scene:
    """The client trusts the root."""
    made = hierarchy()
    return working_shop(stage, credentials(made.leaf, made.intermediate, made.root), made.root)


def root_not_sent(stage: Stage) -> Scene:
    """The server does not send the root, as is usual."""
    made = hierarchy()
    return open_shop(stage, made, authority("Other Root CA"))


variants: dict[str, Callable[[Stage], Scene]] = {"root-not-sent": root_not_sent}
