"""What kind of place an address is, so that a certificate cannot send us into somebody's inner network."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

PUBLIC = "public"
INTERNAL = frozenset({"loopback", "link-local", "private"})
"""The kinds to which one may go when the target is of the same kind, or when the user allows it; never to multicast, unspecified or reserved ones."""

_PRIVATE = tuple(ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10"))
_EMBEDDED = (
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("64:ff9b:1::/48"), 0),
    (IPv6Network("::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)
"""Where an IPv4 address hides in an IPv6 one (NAT64, RFC 6052 and RFC 8215; compatible, RFC 4291; 6to4, RFC 3056), and by how many bits it is shifted."""


def kind(address: str) -> str:
    """Give public, loopback, link-local, private, multicast, unspecified or reserved; an address inside another one counts as the inner one."""
    try:
        one = ip_address(address)
    except ValueError:
        return "reserved"
    return _kind(_inner(one))


def allowed(address: str, target_addresses: tuple[str, ...], allow_private: bool) -> bool:
    """Whether a fetch may go to this address."""
    found = kind(address)
    return found == PUBLIC or (found in INTERNAL and (allow_private or found in {kind(one) for one in target_addresses}))


def _inner(one: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(one, IPv4Address):
        return one
    if one.ipv4_mapped is not None:
        return one.ipv4_mapped
    if one.teredo is not None:
        return one.teredo[1]
    if int(one) > 1:
        bare = IPv6Address(int(one))
        for network, shift in _EMBEDDED:
            if bare in network:
                return IPv4Address(int(one) >> shift & 0xFFFFFFFF)
    return one


def _kind(one: IPv4Address | IPv6Address) -> str:
    for found in ("unspecified", "loopback", "multicast"):
        if getattr(one, f"is_{found}"):
            return found
    if one.is_link_local:
        return "link-local"
    bare = IPv6Address(int(one)) if isinstance(one, IPv6Address) else one
    if any(bare in network for network in _PRIVATE if network.version == bare.version):
        return "private"
    return PUBLIC if bare.is_global and not bare.is_reserved else "reserved"
