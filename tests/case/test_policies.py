"""What a CA asks of policies, read from hostile extensions, and its limits. The rules themselves are compared with the JDK in ``test_stacks_java``."""

from time import perf_counter

import pytest
from cryptography import x509

from probe.case.policies import MAX_PATH, unmet
from probe.facts.certificate import Certificate
from tests.peers.oddities import POLICY
from tests.peers.pki import Made, ca, leaf

ASKS = ((x509.PolicyConstraints(0, None), True),)
CARRIES = ((x509.CertificatePolicies([x509.PolicyInformation(POLICY, None)]), False),)


def certificates(*made: Made) -> tuple[Certificate, ...]:
    return tuple(one.certificate for one in made)


def test_it_says_who_asks_and_who_does_not_carry() -> None:
    asking = ca("Asking CA", extra=(*ASKS, *CARRIES))
    found = unmet(certificates(leaf(asking), asking))
    assert found is not None
    assert found.at == 0
    assert found.fact == '"Asking CA" asks for a certificate policy (policyConstraints) that "shop.example" does not carry on; some clients check that.'
    assert unmet(certificates(leaf(asking, extra=CARRIES), asking)) is None
    assert unmet(()) is None


@pytest.mark.parametrize("oid", ["2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"])
@pytest.mark.parametrize("value", [b"", b"\0", b"\x30\x80", b"\x30\x03\x80\x01", b"\x30\x02\x30\x00", b"\x02\x00", b"\xff" * 40])
def test_an_extension_that_cannot_be_read_counts_as_absent(oid: str, value: bytes) -> None:
    asking = ca("Asking CA", extra=((x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), True),))
    assert unmet(certificates(leaf(asking), asking)) is None


def test_many_policies_and_long_paths_cost_little() -> None:
    many = [x509.PolicyInformation(x509.ObjectIdentifier(f"1.3.6.1.4.1.55555.{number}"), None) for number in range(2000)]
    every = x509.PolicyInformation(x509.ObjectIdentifier("2.5.29.32.0"), None)
    asking = ca("Asking CA", extra=(*ASKS, (x509.CertificatePolicies([every, *many]), False)))
    path = certificates(*(asking for _ in range(MAX_PATH)))
    began = perf_counter()
    assert unmet(path) is None
    assert unmet((leaf(asking).certificate, *path)) is None
    assert perf_counter() - began < 1
