"""Situations about names: does the certificate speak for the host, and may the CA certify it?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.peers.pki import Made, ca, leaf

HOST = "shop.example"
PAST: dict[str, Any] = {"starts": timedelta(days=-90), "ends": timedelta(days=-3)}

Row = (
    tuple[str, tuple[Made, ...], tuple[Made, ...]]
    | tuple[str, tuple[Made, ...], tuple[Made, ...], str]
    | tuple[str, tuple[Made, ...], tuple[Made, ...], str, str]
)
Rows = Iterator[Row]
"""What it is called, the chain sent, the store, the host if it is not ``HOST``, and the key exchange if it is not ephemeral."""


def names(root: Made, int_: Made) -> Rows:
    """Names that fit and do not, below an ordinary intermediate."""

    def asks(label: str, host: str, *san: str, common: str = "Something", **knobs: Any) -> tuple[str, tuple[Made, ...], tuple[Made, ...], str]:
        return label, (leaf(int_, host, common=common, san=san, **knobs), int_), (root,), host

    yield asks("name-other-domain", HOST, "dns:shop.other")
    yield asks("name-cn-only", HOST, common=HOST)
    yield asks("name-cn-only-other", HOST, common="shop.other")
    yield asks("name-cn-matches-san-other", HOST, "dns:shop.other", common=HOST)
    yield asks("name-cn-with-san-email-only", HOST, "email:a@shop.example", common=HOST)
    yield asks("name-cn-with-san-ip-only", HOST, "ip:192.0.2.7", common=HOST)
    yield asks("name-cn-with-san-uri-only", HOST, "uri:https://shop.example/", common=HOST)
    yield asks("name-cn-ip-only", "192.0.2.1", common="192.0.2.1")
    yield asks("name-upper-case", "Shop.Example", "dns:SHOP.example")
    yield asks("wildcard-ok", HOST, "dns:*.example.org", "dns:*.shop.example", "dns:shop.example")
    yield asks("wildcard-match", "api.shop.example", "dns:*.shop.example")
    yield asks("wildcard-apex", HOST, "dns:*.shop.example")
    yield asks("wildcard-two-labels", "a.b.shop.example", "dns:*.shop.example")
    yield asks("wildcard-partial-prefix", "api1.shop.example", "dns:api*.shop.example")
    yield asks("wildcard-partial-suffix", "api.shop.example", "dns:*pi.shop.example")
    yield asks("wildcard-middle", "api.eu.example", "dns:api.*.example")
    yield asks("wildcard-tld", HOST, "dns:*.example")
    yield asks("ip-san-match", "192.0.2.1", "ip:192.0.2.1")
    yield asks("ip6-san-match", "2001:db8::1", "ip:2001:db8::1")
    yield asks("ip-san-mismatch", "192.0.2.1", "ip:192.0.2.2")
    yield asks("ip-as-dns-san", "192.0.2.1", "dns:192.0.2.1")
    yield asks("ip-dns-san-only", "192.0.2.1", "dns:shop.example")
    yield asks("name-trailing-dot-san", HOST, "dns:shop.example.")
    yield asks("name-underscore", "my_shop.example", "dns:my_shop.example")
    yield asks("wildcard-underscore", "my_shop.example.org", "dns:*.example.org")
    yield asks("name-space-in-san", HOST, "dns:shop.example ")


def constraints() -> Rows:
    """Name constraints of an intermediate or a root that are kept and broken."""

    def bound(
        label: str, san: tuple[str, ...] = ("dns:shop.example",), host: str = HOST, of: str = "int", common: str = "Something", **knobs: Any
    ) -> tuple[str, tuple[Made, ...], tuple[Made, ...], str]:
        root = ca("Bound Root", **(knobs if of == "root" else {}))
        middle = ca("Bound", root, **(knobs if of == "int" else {}))
        return label, (leaf(middle, common=common, san=san), middle), (root,), host

    yield bound("nc-permitted", permitted=("dns:shop.example",))
    yield bound("nc-permitted-violated", permitted=("dns:partner.example",))
    yield bound("nc-excluded", excluded=("dns:example",))
    yield bound("nc-root-violated", permitted=("dns:partner.example",), of="root")
    yield bound("nc-second-name-violated", ("dns:shop.example", "dns:shop.partner"), permitted=("dns:shop.example",))
    yield bound("nc-leading-dot", ("dns:api.partner.example",), "api.partner.example", permitted=("dns:.partner.example",))
    yield bound("nc-leading-dot-apex", ("dns:partner.example",), "partner.example", permitted=("dns:.partner.example",))
    yield bound("nc-dn-ok", permitted=("dn:Example GmbH",))
    yield bound("nc-dn-violated", permitted=("dn:Partner AG",))
    yield bound("nc-dn-excluded", excluded=("dn:Example GmbH",))
    yield bound("nc-ip-ok", ("ip:192.0.2.1",), "192.0.2.1", permitted=("ip:192.0.2.0/24",))
    yield bound("nc-ip-violated", ("ip:192.0.2.1",), "192.0.2.1", permitted=("ip:198.51.100.0/24",))
    yield bound("nc-ip-excluded", ("ip:192.0.2.1",), "192.0.2.1", excluded=("ip:192.0.0.0/16",))
    yield bound("nc-email-violated", ("dns:shop.example", "email:a@shop.example"), permitted=("email:partner.example",))
    yield bound("nc-email-host", ("dns:shop.example", "email:a@shop.example"), permitted=("email:shop.example",))
    yield bound("nc-email-mailbox", ("dns:shop.example", "email:a@shop.example"), permitted=("email:b@shop.example",))
    yield bound("nc-uri-violated", ("dns:shop.example", "uri:https://shop.example/a"), permitted=("uri:.partner.example",))
    yield bound("nc-uri-ok", ("dns:shop.example", "uri:https://a.shop.example/a"), permitted=("uri:.shop.example",))
    yield bound("nc-cn-only-violated", (), permitted=("dns:partner.example",), common=HOST)
    yield bound("nc-permitted-violated+name", host="other.example", permitted=("dns:partner.example",))
    root = ca("Bound Root")
    middle = ca("Bound", root, permitted=("dns:partner.example",))
    yield "nc-violated+expired-leaf", (leaf(middle, **PAST), middle), (root,)
