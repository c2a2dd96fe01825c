"""The client certificate has a short key or a weak signature.

Servers at OpenSSL's default security level refuse RSA keys under 2048 bits and signatures with MD5 or SHA-1.

Clients say: OpenSSL "ee key too small" or "ca md too weak" when it loads the certificate, "alert bad certificate" (42)
when the server refuses it, curl "could not load PEM client certificate" or "400 The SSL certificate error".
"""

from probe.case.case import Case
from probe.case.identity import Flaw
from probe.causes.flawed_identity import flawed
from probe.causes.identity import EXPLAINS
from probe.causes.shown import WITH_CLIENT, Shown
from probe.causes.words import Cause, Finding, Owner

CAUSE = Cause(
    title="The client certificate is too weak",
    owner=Owner.CLIENT,
    actions=("reissue-client-certificate",),
    references=("RFC 9325 section 4.5", "https://docs.openssl.org/3.0/man3/SSL_CTX_set_security_level/"),
    explains=EXPLAINS,
)
SHOWN_BY = Shown(
    commands=(WITH_CLIENT,),
    shows='curl prints the alert "bad certificate", a page that speaks of the certificate, or says that its own library refuses to load it.',
)


def judge(case: Case) -> Finding | None:
    """The key is short, or the signature's hash is broken."""
    return flawed(case, Flaw.WEAK)
