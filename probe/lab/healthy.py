"""Healthy endpoints that look odd: each of them works, and must be found to work."""

from collections.abc import Callable
from dataclasses import replace

from probe.lab.answers import Answer
from probe.lab.dns_server import Record, Zone
from probe.lab.pki import AUTHORITY, authority, self_signed, staple
from probe.lab.scene import NOTE, RISK, WORKS, Scene
from probe.lab.shop import HOST, ROOT, credentials, hierarchy, open_shop, reach, working_shop
from probe.lab.stage import LOOPBACK, Stage
from probe.lab.tls_server import Serving
from probe.lab.traits import Traits

_OLD_ROOT = "Lab Old Root CA"
_JAVA = ("--as", "java")


def plain(stage: Stage) -> Scene:
    """A root, an intermediate, a certificate: as it should be."""
    made = hierarchy()
    return working_shop(stage, made, made.root)


def tls12_only(stage: Stage) -> Scene:
    """The server speaks TLS 1.2 only."""
    made = hierarchy()
    return working_shop(stage, Serving(credentials=(made.whole,), tls_max="TLSv1.2"), made.root)


def tls13_only(stage: Stage) -> Scene:
    """The server speaks TLS 1.3 only."""
    made = hierarchy()
    return working_shop(stage, Serving(credentials=(made.whole,), tls_min="TLSv1.3"), made.root)


def other_group(stage: Stage) -> Scene:
    """The server takes one curve only, for which the client sent no key at first (HelloRetryRequest)."""
    made = hierarchy()
    return working_shop(stage, Serving(credentials=(made.whole,), curve="secp384r1"), made.root)


def wildcard(stage: Stage) -> Scene:
    """The name is covered by a wildcard."""
    made = hierarchy("*.example.org")
    return working_shop(stage, made, made.root, host="shop.example.org")


def ip_address(stage: Stage) -> Scene:
    """The target is an IP address, and the certificate names it."""
    made = hierarchy(LOOPBACK)
    return working_shop(stage, made, made.root, host=LOOPBACK)


def ipv6_address(stage: Stage) -> Scene:
    """The target is an IPv6 address, and the certificate names it."""
    made = hierarchy("::1")
    port = stage.tls(Serving(credentials=(made.whole,)), address="::1")
    return Scene(arguments=(f"https://[::1]:{port}", "--trust", stage.trust_file(made.root)), expects=WORKS)


def international_name(stage: Stage) -> Scene:
    """The host name has a letter outside of ASCII; the certificate has its A-label."""
    made = hierarchy("xn--bcher-kva.example")
    return working_shop(stage, made, made.root, host="b\u00fccher.example")


def other_case(stage: Stage) -> Scene:
    """The certificate writes the name in other case."""
    made = hierarchy("Shop.EXAMPLE")
    return working_shop(stage, made, made.root)


def common_name_of_another(stage: Stage) -> Scene:
    """The common name is another host's, the subjectAltName is right."""
    made = hierarchy(leaf=Traits(common_name="www.partner.example"))
    return working_shop(stage, made, made.root)


def no_common_name(stage: Stage) -> Scene:
    """The subject has an organization, but no common name."""
    made = hierarchy(leaf=Traits(common_name="", organization="Shop Ltd"))
    return working_shop(stage, made, made.root)


def ecdsa_p384(stage: Stage) -> Scene:
    """All keys are on P-384, all signatures with SHA-384."""
    above = replace(AUTHORITY, key="ec-p384", hash="sha384")
    made = hierarchy(root=above, intermediate=above, leaf=Traits(key="ec-p384", hash="sha384"))
    return working_shop(stage, made, made.root)


def ed25519(stage: Stage) -> Scene:
    """All keys are Ed25519."""
    above = replace(AUTHORITY, key="ed25519")
    made = hierarchy(root=above, intermediate=above, leaf=Traits(key="ed25519"))
    return working_shop(stage, made, made.root)


def rsa_pss(stage: Stage) -> Scene:
    """RSA keys, and all signatures are RSASSA-PSS."""
    above = replace(AUTHORITY, key="rsa-2048", pss=True)
    made = hierarchy(root=above, intermediate=above, leaf=Traits(key="rsa-2048", pss=True, slot="leaf"))
    return working_shop(stage, made, made.root)


def rsa_and_ecdsa(stage: Stage) -> Scene:
    """The server has an RSA and an ECDSA certificate and chooses."""
    made = hierarchy()
    second = made.intermediate.issue(HOST, traits=Traits(key="rsa-2048", slot="leaf"))
    return working_shop(stage, Serving(credentials=(made.whole, credentials(second))), made.root)


def permitted_name(stage: Stage) -> Scene:
    """The intermediate may issue for this name only."""
    made = hierarchy(intermediate=replace(AUTHORITY, permitted=(f"dns:{HOST}",), excluded=("dns:partner.example",)))
    return working_shop(stage, made, made.root)


def enough_path_length(stage: Stage) -> Scene:
    """The path is as long as the authorities in it allow, and no longer."""
    made = hierarchy(root=replace(AUTHORITY, path_length=1), intermediate=replace(AUTHORITY, path_length=0))
    return working_shop(stage, made, made.root)


def optional_client_certificate(stage: Stage) -> Scene:
    """The server asks for a client certificate and does without."""
    made = hierarchy()
    return working_shop(stage, Serving(credentials=(made.whole,), client="requested", client_issuers=(authority("Partner CA"),)), made.root)


def another_path_wants_a_client_certificate(stage: Stage) -> Scene:
    """The server demands a client certificate for another path than the one that is asked for, as Apache does for a location."""
    made = hierarchy()
    wants = Serving(credentials=(made.whole,), client="required", client_issuers=(authority("Partner CA"),), late="/partner/")
    return working_shop(stage, wants, made.root)


def client_certificate_by_renegotiation(stage: Stage) -> Scene:
    """The server asks for the client certificate in a second handshake of TLS 1.2, which every client answers."""
    made, root = hierarchy(), authority("Partner CA")
    own = root.issue("client.partner.example", traits=Traits(extended_key_usage=("client",)))
    wants = Serving(credentials=(made.whole,), tls_max="TLSv1.2", client="required", client_issuers=(root,), late="/")
    given = ("--cert", stage.chain_file(own.der, name="client.pem"), "--key", stage.key_file(own.key, name="client.key"))
    return working_shop(stage, wants, made.root, options=given)


def cross_signed(stage: Stage) -> Scene:
    """The server also sends a cross-certificate from an old root that nobody trusts any more; a second path leads to the trusted root."""
    made = hierarchy()
    cross = authority(_OLD_ROOT).cross_sign(made.root)
    return working_shop(stage, credentials(made.leaf, made.intermediate, cross), made.root)


def cross_signed_expired(stage: Stage) -> Scene:
    """The cross-certificate that the server sends has expired, and so has the old root; the new root is trusted."""
    made = hierarchy()
    cross = authority(_OLD_ROOT, replace(AUTHORITY, starts=-4000, ends=-100)).cross_sign(made.root, replace(AUTHORITY, ends=-100))
    return working_shop(stage, credentials(made.leaf, made.intermediate, cross), made.root)


def out_of_order(stage: Stage) -> Scene:
    """The intermediates are swapped, but all are there."""
    made = hierarchy()
    lower = made.intermediate.intermediate("Lab Shop CA")
    return open_shop(stage, credentials(lower.issue(HOST), made.intermediate, lower), made.root, expects=RISK)


def root_sent(stage: Stage) -> Scene:
    """The server sends the root too, which no client needs."""
    made = hierarchy()
    return working_shop(stage, credentials(made.leaf, made.intermediate, made.root), made.root)


def expired_stranger(stage: Stage) -> Scene:
    """The server also sends an expired certificate that is on no path."""
    made = hierarchy()
    stranger = authority("Forgotten Root CA").intermediate("Forgotten CA", replace(AUTHORITY, ends=-30))
    return open_shop(stage, credentials(made.leaf, made.intermediate, stranger), made.root, expects=NOTE)


def no_intermediate(stage: Stage) -> Scene:
    """The root issued the certificate itself."""
    root = authority(ROOT)
    return working_shop(stage, credentials(root.issue(HOST)), root)


def four_intermediates(stage: Stage) -> Scene:
    """Four intermediates lie between root and certificate."""
    root = authority(ROOT)
    issuers = [root.intermediate("Lab CA 1")]
    while len(issuers) < 4:
        issuers.append(issuers[-1].intermediate(f"Lab CA {len(issuers) + 1}"))
    return working_shop(stage, credentials(issuers[-1].issue(HOST), *reversed(issuers)), root)


def trusted_self_signed(stage: Stage) -> Scene:
    """The certificate signed itself, and just this one is trusted."""
    own = self_signed(HOST)
    return working_shop(stage, credentials(own), own)


def intermediate_in_store(stage: Stage) -> Scene:
    """The server does not send the intermediate, but the client holds it together with the root."""
    made = hierarchy()
    return working_shop(stage, credentials(made.leaf), made.root, made.intermediate)


def java_trusts_intermediate(stage: Stage) -> Scene:
    """Only the intermediate is trusted, which is enough for Java."""
    made = hierarchy()
    return working_shop(stage, made, made.intermediate, options=_JAVA)


def java_trusts_leaf(stage: Stage) -> Scene:
    """Only the server's own certificate is trusted, which is enough for Java."""
    made = hierarchy()
    return working_shop(stage, made, made.leaf, options=_JAVA)


def java_expired_root(stage: Stage) -> Scene:
    """The trusted root has expired, which Java does not look at."""
    made = hierarchy(root=replace(AUTHORITY, starts=-3650, ends=-5))
    return open_shop(stage, made, made.root, options=_JAVA, expects=RISK)


def other_string_type(stage: Stage) -> Scene:
    """The issuer's name is a UTF8String in one certificate and a PrintableString in the other."""
    made = hierarchy(leaf=Traits(issuer_printable=True))
    return working_shop(stage, made, made.root)


def no_key_identifiers(stage: Stage) -> Scene:
    """No certificate has key identifiers, which only strict clients mind."""
    above = replace(AUTHORITY, subject_key_id=False)
    made = hierarchy(root=above, intermediate=above, leaf=Traits(subject_key_id=False))
    return open_shop(stage, made, made.root, expects=RISK)


def sha1_root(stage: Stage) -> Scene:
    """The root's signature over itself is made with SHA-1, which proves nothing and is looked at by nobody."""
    made = hierarchy(root=replace(AUTHORITY, hash="sha1"))
    return working_shop(stage, made, made.root)


def stapled(stage: Stage) -> Scene:
    """The server staples an OCSP response."""
    made = hierarchy()
    return working_shop(stage, credentials(made.leaf, made.intermediate, staple=staple(made.leaf)), made.root)


def several_sites(stage: Stage) -> Scene:
    """The server has another certificate for clients that send no name."""
    made = hierarchy()
    other = credentials(self_signed("localhost.localdomain"))
    return working_shop(stage, Serving(credentials=(other,), by_name=((HOST, made.whole),)), made.root)


def alias(stage: Stage) -> Scene:
    """The name is an alias of an alias, and the host has an IPv4 and an IPv6 address."""
    made = hierarchy()
    behaviour = Serving(credentials=(made.whole,))
    port = stage.tls_at(((LOOPBACK, behaviour), ("::1", behaviour)))
    names = (Record(name=HOST, type="CNAME", value="www.shop.example."), Record(name="www.shop.example", type="CNAME", value="node7.host.example."))
    addresses = (Record(name="node7.host.example", type="A", value=LOOPBACK), Record(name="node7.host.example", type="AAAA", value="::1"))
    arguments = (f"https://{HOST}:{port}", "--resolver", stage.dns(Zone(records=names + addresses)), "--trust", stage.trust_file(made.root))
    return Scene(arguments=arguments, expects=WORKS)


def redirect(stage: Stage) -> Scene:
    """The web server answers with a redirect, which is no fault of the connection."""
    made = hierarchy()
    answer = Answer(status=302, body=b"", fields=(("Location", "https://shop.example/login"),))
    return working_shop(stage, Serving(credentials=(made.whole,), answer=answer), made.root)


def not_found(stage: Stage) -> Scene:
    """The web server has nothing under this path, which is no fault of the connection."""
    made = hierarchy()
    return working_shop(stage, Serving(credentials=(made.whole,), answer=Answer(status=404, body=b"nothing here\n")), made.root)


def directory(stage: Stage) -> Scene:
    """An LDAP server answers with its root DSE."""
    made = hierarchy()
    port = stage.tls(Serving(credentials=(made.whole,), answer=Answer(protocol="ldap")))
    return Scene(arguments=reach(port, stage.trust_file(made.root), scheme="ldaps"), expects=WORKS)


HEALTHY: tuple[tuple[str, Callable[[Stage], Scene]], ...] = tuple(
    (one.__name__.replace("_", "-"), one)
    for one in (
        *(plain, tls12_only, tls13_only, other_group, wildcard, ip_address, ipv6_address, international_name, other_case, common_name_of_another),
        *(no_common_name, ecdsa_p384, ed25519, rsa_pss, rsa_and_ecdsa, permitted_name, enough_path_length, optional_client_certificate),
        *(another_path_wants_a_client_certificate, client_certificate_by_renegotiation),
        *(cross_signed, cross_signed_expired, out_of_order, root_sent, expired_stranger, no_intermediate, four_intermediates, trusted_self_signed),
        *(intermediate_in_store, java_trusts_intermediate, java_trusts_leaf, java_expired_root, other_string_type, no_key_identifiers, sha1_root),
        *(stapled, several_sites, alias, redirect, not_found, directory),
    )
)
"""All of them: (name, what opens it); the first line of the docstring says what is odd."""
