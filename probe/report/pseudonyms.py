"""Pseudonyms: one for each name, address, file and other word that would tell whose connection this was; the same one each time it is met."""

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address

KNOWN = frozenset({"localhost", "localhost.localdomain"})
"""Names that every machine has; they tell nothing."""

NETWORKS = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15")
"""Addresses for documentation (RFC 5737), and if they run out those for benchmarks (RFC 2544)."""

SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".p12", ".pfx", ".jks", ".json", ".html"})
KINDS = {"CN": "Name", "O": "Organisation", "OU": "Unit", "L": "Place", "ST": "Region", "street": "Street", "UID": "User", "serialNumber": "Number"}
HOST = re.compile(r"(?:\*\.)?\w[\w-]*(?:\.[\w-]+)+")


class Pseudonyms:
    """Hands out pseudonyms. ``avoid`` are originals in lower case: none of them is ever given to another."""

    def __init__(self, avoid: frozenset[str] = frozenset()) -> None:
        self.avoid = avoid
        self.given: dict[tuple[str, str], str] = {}
        self.counts: dict[str, int] = {}
        self.free = {4: _addresses(NETWORKS), 6: _later()}

    def host(self, name: str) -> str:
        """A host name: names below one domain (the last two labels) share its pseudonym, a wildcard stays one; a single label becomes ``host-1``."""
        if name.lower() in KNOWN:
            return name
        labels = name.lower().rstrip(".").split(".")
        if len(labels) == 1:
            return self._label(labels[0])
        domain = self._numbered("domain", ".".join(labels[-2:]), "domain-{}.example")
        return ".".join((*(self._label(one) for one in labels[:-2]), domain))

    def address(self, one: Address) -> str:
        """An address out of those for documentation; loopback and "any" stay."""
        if one.is_loopback or one.is_unspecified:
            return str(one)
        key = ("address", str(one).partition("%")[0])
        if key not in self.given:
            self.given[key] = next(text for text in self.free[one.version] if text not in self.avoid)
        return self.given[key]

    def file(self, path: str) -> str:
        """A file or folder; what its name ends in stays when it says nothing but the format."""
        suffix = posixpath.splitext(path)[1].lower()
        return self._numbered("file", path, "file-{}") + (suffix if suffix in SUFFIXES else "")

    def url(self, url: str) -> str:
        """A URL: scheme and port stay, host and path do not."""
        with suppress(ValueError):
            parts = urlsplit(url)
            host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
            if parts.scheme:
                return f"{parts.scheme}://{self._place(host)}{port}{self.path(url.partition('://')[2].partition('/')[2])}"
        return self._numbered("url", url, "url-{}")

    def path(self, path: str) -> str:
        """The path of a URL, without its first slash."""
        return "/" + (self._numbered("path", path, "path-{}") if path else "")

    def mail(self, text: str) -> str:
        """A mail address."""
        local, _, domain = text.rpartition("@")
        return f"{self._numbered('mail', local.lower(), 'mail-{}')}@{self.host(domain) if HOST.fullmatch(domain) else 'domain.example'}"

    def value(self, label: str, text: str, is_ca: bool = False) -> str:
        """A value of a distinguished name, which is a host name, a mail address, or something that people call each other."""
        if "@" in text:
            return self.mail(text)
        if HOST.fullmatch(text):
            return self.anything(text)
        return self._numbered("value", text, ("CA" if is_ca and label == "CN" else KINDS.get(label, "Value")) + " {}")

    def anything(self, text: str) -> str:
        """An address or a host name, whichever it is."""
        with suppress(ValueError):
            return self.address(ip_address(text))
        return self.host(text)

    def number(self, kind: str, text: str) -> str:
        """A serial number, key identifier or fingerprint: equal ones can be told from different ones, and nothing else."""
        return self._numbered(kind, text, kind + "-{}")

    def _place(self, host: str) -> str:
        if ":" in host:
            return f"[{self.anything(host)}]"
        return self.anything(host) if host else ""

    def _label(self, label: str) -> str:
        return label if label == "*" else self._numbered("host", label, "host-{}")

    def _numbered(self, kind: str, original: str, form: str) -> str:
        key = (kind, original)
        while key not in self.given:
            self.counts[form] = self.counts.get(form, 0) + 1
            made = form.format(self.counts[form])
            if made.lower() not in self.avoid:
                self.given[key] = made
        return self.given[key]


def _addresses(networks: tuple[str, ...]) -> Iterator[str]:
    return (str(one) for network in networks for one in IPv4Network(network).hosts())


def _later() -> Iterator[str]:
    """2001:db8::1 and so on (RFC 3849)."""
    start = int(IPv6Address("2001:db8::"))
    return (str(IPv6Address(start + number)) for number in range(1, 1 << 20))
