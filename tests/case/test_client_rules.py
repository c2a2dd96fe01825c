"""What a profile says of the client certificate is held against the one that is named, as remarks."""

from probe.case.client_rules import remarks
from probe.facts.identity import Identity
from probe.facts.profile import ClientRules, SubjectRule, Value
from probe.lab.pki import authority
from probe.lab.traits import Traits

ISSUER = authority("Tenant CA")


def identity(name: str = "press-4", purposes: tuple[str, ...] = ("client",), version: int = 3, *, with_issuer: bool = True) -> Identity:
    own = ISSUER.issue(traits=Traits(common_name=name, extended_key_usage=purposes, version=version)).certificate
    return Identity(source="x", certificates=(own, ISSUER.certificate) if with_issuer else (own,))


FITTING = ClientRules(
    policy="required",
    issuer_regex=(Value(text="^CN=Tenant CA$"),),
    subject_rules=(
        SubjectRule(attribute="CN", equals="press-4"),
        SubjectRule(attribute="CN", regex="^press-[0-9]$"),
        SubjectRule(attribute="CN", equals="{open}"),
    ),
    eku="required",
    key=("EC",),
    direct_issuer_only=True,
)


def test_what_fits_gets_no_remark() -> None:
    assert remarks(FITTING, identity()) == ()
    assert remarks(ClientRules(), None) == () and remarks(ClientRules(policy="optional"), identity()) == ()


def test_what_does_not_fit_is_named() -> None:
    assert "none was named" in remarks(FITTING, None)[0]
    assert "is to be sent" in remarks(ClientRules(policy="forbidden"), identity())[0]
    told = remarks(FITTING, identity("other", ("server",), with_issuer=False))
    assert (
        [one for one in told if "'other'" in one and "'press-4'" in one]
        and [one for one in told if "clientAuth" in one]
        and [one for one in told if "holds it alone" in one]
    )
    assert len(told) == 4
    other = Identity(source="x", certificates=(authority("Another CA").issue("press-4").certificate,))
    assert any("issuer" in one for one in remarks(ClientRules(issuer_regex=FITTING.issuer_regex), other))
    assert remarks(ClientRules(key=("RSA",)), identity()) == ("The key is EC; the profile says RSA.",)
    old = identity(purposes=(), version=1)
    assert any("version 1" in one for one in remarks(ClientRules(subject_rules=FITTING.subject_rules[:1]), old))
    assert remarks(ClientRules(subject_rules=FITTING.subject_rules[:1], v1_allowed=True), old) == ()
