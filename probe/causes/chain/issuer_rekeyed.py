"""The issuer's name is known, but another key made the signature.

A certificate with the name of the issuer is there, in the trust store or among those sent, and its key did not make the
signature. Usually the CA was renewed with a new key under the old name and one side still has the old certificate; test
and production CAs with equal names look the same, and so does a forgery.

Clients say: OpenSSL "unable to get local issuer certificate" or "certificate signature failure" (without key
identifiers), Java "Signature does not match." or "Path does not chain with any of the trust anchors", Go "x509:
certificate signed by unknown authority (possibly because of ... verification failure ...)".
"""

from dataclasses import replace

from probe.case.case import Case
from probe.case.path import Objection, Origin, Path, Why
from probe.causes.objected import finding
from probe.causes.shown import openssl_says
from probe.causes.words import Cause, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(
    title="A CA of this name is known, but with another key",
    owner=Owner.CLIENT,
    actions=("replace-ca-certificate",),
    instead=("replace-sent-issuer",),
    references=("RFC 5280 section 4.2.1.1", "RFC 4210 section 4.4"),
    explains=("chain.root-untrusted", "chain.issuer-unknown", "chain.extra"),
)
SHOWN_BY = openssl_says("unable to get local issuer certificate", "certificate signature failure", "unable to verify the first certificate")


def judge(case: Case) -> Finding | None:
    """No certificate of the issuer's name has the key that signed."""

    def say(one: Objection, _: Path) -> str:
        issuer = one.about.read.issuer
        return f'"{title(one.about)}" was not signed by the known key of {issuer.text if issuer else "its issuer"}.'

    found = finding(case, Why.ISSUER_REKEYED, say=say, overlooked=None)
    if found and all(_sent(one, path) for one, path, _ in case.refusing(Why.ISSUER_REKEYED)):
        return replace(found, owner=Owner.SERVER, actions=("replace-sent-issuer",))
    return found


def _sent(one: Objection, path: Path) -> bool:
    """Whether the certificate with the wrong key was sent by the server, and is not what the client trusts."""
    above = path.links[one.at + 1 : one.at + 2]
    return bool(above) and above[0].origin is Origin.PRESENTED and not above[0].anchor
