"""Certificates, answers and lists for the tests of revocation, made once."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from probe.case.status import Moments
from probe.lab.pki import AUTHORITY, Issued, authority
from probe.lab.traits import Traits

NOW = datetime.now(UTC)
MOMENTS = Moments(judged=NOW, seen=NOW)


@cache
def root() -> Issued:
    return authority("Status Root")


def issuer(key: str = "ec-p256") -> Issued:
    return _issuers(key)


def leaf(key: str = "ec-p256") -> Issued:
    return _leaves(key)


@cache
def _issuers(key: str) -> Issued:
    return root().intermediate(f"Status Issuing CA {key}", replace(AUTHORITY, key=key, slot="status"))


@cache
def _leaves(key: str) -> Issued:
    return issuer(key).issue("shop.example", traits=Traits(crl=("http://ca.example/a.crl",)))
