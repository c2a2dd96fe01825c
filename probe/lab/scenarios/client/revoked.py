"""The server finds the client certificate on a list of revoked ones."""

from dataclasses import replace

from probe.lab.client_shop import client_shop, files, partners, wanting
from probe.lab.pki import Issued
from probe.lab.scene import WORKS, Scene
from probe.lab.stage import Stage
from probe.lab.status import revocation_list


def broken(stage: Stage) -> Scene:
    """The list names it, and the server says so."""
    made = partners()
    own = made.direct()
    return client_shop(stage, replace(wanting(made.root), client_lists=(_listing(made.root, own),)), files(stage, own))


def mended(stage: Stage) -> Scene:
    """The list names another one."""
    made = partners()
    return client_shop(stage, replace(wanting(made.root), client_lists=(_listing(made.root, made.direct()),)), files(stage, made.direct()), expects=WORKS)


def _listing(issuer: Issued, revoked: Issued) -> bytes:
    return revocation_list(issuer, revoked)
