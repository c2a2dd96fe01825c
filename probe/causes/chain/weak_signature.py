"""A certificate is signed with a hash that is no longer trusted, or not known everywhere.

MD5 and SHA-1 can be forged, so most clients refuse signatures made with them. Java accepts SHA-1 below a private root,
OpenSSL does not. Java does not accept SHA-3; SHA-224 it refuses in newer releases only. A certificate that Java finds
in its own trust store is not looked at further, but Java does not offer MD5 or SHA-3 for certificates: a server on
OpenSSL then ends the handshake, one on Java presents it all the same.

Clients say: OpenSSL "CA signature digest algorithm too weak" (error 68), Java "Algorithm constraints check failed on
signature algorithm" or, of one that it trusts by itself, "Received fatal alert: handshake_failure", Go "x509: cannot verify signature: insecure algorithm".
"""

from probe.case.case import Case
from probe.case.path import Objection, Why
from probe.case.signature import hash_name
from probe.case.stacks import WITHHELD
from probe.causes.limited import named
from probe.causes.objected import finding, which
from probe.causes.shown import Shown, openssl_says
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner
from probe.facts.certificate import title

CAUSE = Cause(title="A certificate is signed with a hash that clients refuse", owner=Owner.CA, actions=("reissue",), references=("RFC 9155", "RFC 6194"))


def shown_by(case: Case, found: Finding) -> Shown:
    """OpenSSL's own refusal; where the certificate itself is trusted it has none, and the signature is seen in the certificate."""
    if found.effect is not Effect.RISKS:
        return openssl_says("signature digest algorithm too weak", options="{verify} -auth_level 2")
    command = "openssl s_client -connect {peer} {sni} </dev/null | openssl x509 -noout -text"
    return Shown(commands=(command,), shows='OpenSSL prints "Signature Algorithm:" with the outdated hash, such as md5WithRSAEncryption.')


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """A signature below the root uses MD5, SHA-1 or another hash that a stack refuses or does not know."""
    return _objected(case) or _withheld(case)


def _objected(case: Case) -> Finding | None:
    return finding(case, Why.WEAK_SIGNATURE, say=lambda one, path: f"{which(path, one.at)} is signed with {_hash(one)}.")


def _hash(one: Objection) -> str:
    name = hash_name(one.about) or "an unknown hash"
    return f"{name}, which not every client knows" if name.startswith("SHA3-") else f"the outdated hash {name}"


def _withheld(case: Case) -> Finding | None:
    """A stack trusts the certificate by itself, but does not offer its hash, so that many servers do not present it (tests/real/test_withheld.py)."""
    stacks = tuple(one.stack for one in case.verdicts if one.accepts and one.note == WITHHELD)
    if not stacks or case.leaf is None:
        return None
    name, leaf = hash_name(case.leaf), title(case.leaf)
    return Finding(
        effect=Effect.RISKS,
        certainty=Certainty.LIKELY,
        summary=f'The server\'s certificate "{leaf}" is trusted by itself, but signed with {name}, which {named(case, stacks)} does not offer. '
        "A server on OpenSSL (nginx, Apache httpd, HAProxy) then ends the handshake with the alert handshake_failure; one on Java presents it all the same.",
        about=(case.leaf,),
        evidence=(Evidence(says=f'"{leaf}" is signed with {name}.', at=case.where(case.leaf)),),
        stacks=stacks,
        values=(("certificate", f'"{leaf}"'),),
    )
