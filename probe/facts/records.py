"""Records of DNS that are no addresses, as they were given. Nothing in here is a judgement."""

from probe.facts.noun import noun


@noun
class Service:
    """One SRV record (RFC 2782). ``host`` is its target in lower case without the last dot; "" is the target ``.``: there decidedly is no such service.

    ``addresses`` came with the answer or were asked for. Without any, ``rcode`` is what the question about them was answered with (``None``: with nothing, or
    nobody asked).
    """

    priority: int
    weight: int
    port: int
    host: str
    addresses: tuple[str, ...] = ()
    rcode: int | None = None


@noun
class Authorization:
    """One CAA record (RFC 8659 section 4.1). ``value`` is text; bytes that are no printable ASCII stand in it as a backslash, an x, and two hex digits."""

    flags: int
    tag: str
    value: str


@noun
class Association:
    """One TLSA record (RFC 6698 section 2.1)."""

    usage: int
    selector: int
    matching: int
    data: bytes


@noun
class Pointer:
    """One PTR record: the name that an address is said to have (RFC 1035 section 3.3.12)."""

    host: str
