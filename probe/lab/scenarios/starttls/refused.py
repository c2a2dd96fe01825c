"""The server refuses to begin TLS."""

from collections.abc import Callable

from probe.lab import answers
from probe.lab.manners import Manners
from probe.lab.scene import WORKS, Scene
from probe.lab.shop import plain_shop
from probe.lab.stage import Stage


def broken(stage: Stage) -> Scene:
    """The mail server offers STARTTLS, and cannot load its key when it is asked for it."""
    return plain_shop(stage, Manners(refuses=True))


def mended(stage: Stage) -> Scene:
    """The server offers StartTLS, agrees, and begins TLS."""
    return plain_shop(stage, Manners(), expects=WORKS)


def pop3(stage: Stage) -> Scene:
    """The POP3 server refuses STLS."""
    return plain_shop(stage, Manners(protocol="pop3", refuses=True))


def greeting(stage: Stage) -> Scene:
    """The mail server turns the caller away at once."""
    return plain_shop(stage, Manners(greets=False))


def host(stage: Stage) -> Scene:
    """MariaDB does not let this host in."""
    return plain_shop(stage, Manners(protocol="mysql", greets=False))


def domain(stage: Stage) -> Scene:
    """The XMPP server does not serve the domain."""
    return plain_shop(stage, Manners(protocol="xmpp", greets=False))


def directory(stage: Stage) -> Scene:
    """The directory knows the request, and its configuration does not allow it."""
    return plain_shop(stage, Manners(protocol="ldap", refuses=True, code=53, says=b"TLS is not allowed here"))


def controller(stage: Stage) -> Scene:
    """The domain controller has no certificate, and says so as those of Active Directory are reported to."""
    says = b"00000000: LdapErr: DSID-0C09102C, comment: Error initializing SSL/TLS, data 0, v2580"
    return plain_shop(stage, Manners(protocol="ldap", refuses=True, says=says, directory=answers.controller()))


variants: dict[str, Callable[[Stage], Scene]] = {
    "pop3": pop3,
    "greeting": greeting,
    "host": host,
    "domain": domain,
    "directory": directory,
    "controller": controller,
}
