"""The proxy that a check goes through, and why it goes through none although one is named."""

from probe.facts.noun import noun

HTTP, SOCKS = "http", ("socks4", "socks4a", "socks5", "socks5h")
SCHEMES = (HTTP, *SOCKS)
"""Kinds of proxies: the method CONNECT of HTTP (RFC 9110 section 9.3.6), SOCKS 4 and 4A, SOCKS 5 (RFC 1928). The names are those of curl."""
RESOLVING = (HTTP, "socks4a", "socks5h")
"""Those that are told the target's name, and find its address themselves."""


@noun
class Proxy:
    """A proxy, as it was named: ``source`` is ``--proxy`` or the name of an environment variable.

    ``login``: a user name and a password belong to it; they are nowhere in here. ``direct``: the target may also be asked without the proxy where that decides.
    """

    scheme: str
    host: str
    port: int
    source: str = "--proxy"
    login: bool = False
    direct: bool = True

    @property
    def place(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Its URL, without user name and password."""
        return f"{self.scheme}://{self.place}"

    @property
    def resolves(self) -> bool:
        """Whether it is told the target's name, so that no address of the target is known here."""
        return self.scheme in RESOLVING


@noun
class Unproxied:
    """Why no proxy is used although the environment variable ``source`` names one.

    ``why`` is ``--proxy`` (the option said none), ``protocol`` (the variable is for another one), or the name of the variable whose ``entry`` exempts the host.
    """

    source: str
    why: str
    entry: str = ""
