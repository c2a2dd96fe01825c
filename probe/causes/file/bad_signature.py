"""A certificate in the files was altered or damaged: its signature does not fit.

The issuer is in the files too, both name the same key, and that key did not make this signature over this content. A certificate that an authority issued
does not come to be so: it was changed afterwards, copied with an error, or forged. Nothing that is added mends it; it has to be got again.
What has the name of an issuer and another key is ``file.incomplete-chain``, and a root whose own signature is wrong ``file.unreadable``.

Clients say: OpenSSL "certificate signature failure" (error 7), Java "Signature does not match.", Node "CERT_SIGNATURE_FAILURE", Windows "The certificate's
signature cannot be verified".
"""

from probe.case.case import Case
from probe.case.file_chains import Chain
from probe.case.path import Objection, Why
from probe.causes.filed import MOST, titled
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="A certificate was altered or damaged",
    owner=Owner.USER,
    actions=("get-file-again",),
    references=("RFC 5280 section 6.1.3",),
)
SHOWN_BY = Shown(
    commands=("openssl verify -partial_chain -no-CApath -no-CAstore -trusted issuer.pem certificate.pem",),
    shows='OpenSSL prints "certificate signature failure".',
)


def judge(case: Case) -> Finding | None:
    """Certificates whose issuer is there and did not sign them as they are."""
    found = {wrong.about: (chain, wrong) for chain in case.files.chains for wrong in chain.path.objections if wrong.why is Why.BAD_SIGNATURE}
    if not found:
        return None
    more = f" The same is true of {len(found) - 3} more." if len(found) > 3 else ""
    return Finding(
        effect=Effect.BREAKS,
        # That it does not fit is sure. Why is not: an authority may, against all rules, have kept the identifier of its key with another key.
        certainty=Certainty.LIKELY,
        summary=" ".join(_says(chain, wrong) for chain, wrong in list(found.values())[:3]) + more,
        about=tuple(found)[:5],
        stacks=case.stopped(()),
        # The first fact names the places in a handshake; the others say how it is known.
        evidence=tuple(
            Evidence(says=fact, at=case.files.where(one)) for one, (chain, wrong) in found.items() for fact in (_says(chain, wrong), *wrong.facts[1:])
        )[:MOST],
    )


def _says(chain: Chain, wrong: Objection) -> str:
    below = "" if wrong.about == chain.tip else f", above {titled(chain.tip)},"
    issuer = wrong.about.read.issuer
    name = f'"{issuer.text}"' if issuer and issuer.text else "without a name"
    return f"The signature on {titled(wrong.about)}{below} does not fit its issuer {name} in the files: it was altered or damaged."
