"""What is sent with a client certificate, and of whom it was asked: facts that several sentences need."""

from probe.case.client_auth import ClientAuth, Refusal, Said, refusal
from probe.facts.certificate import is_self_issued, title
from probe.tls.messages import reading

INTERNAL_ERROR = 80
SEVERAL = 2
"""So many intermediates are more than nginx and Apache httpd allow unless they are told to."""
BEHIND = (
    "It may have accepted the certificate and closed because the service behind it does not answer: without a certificate it closed in the same way, and "
    "its log tells (nginx as a proxy of streams does both without a word)."
)


def too_many(seen: ClientAuth, how: Refusal) -> bool:
    """Whether the refusal is the one of Apache httpd for a chain with more levels than SSLVerifyDepth allows: measured with 2.4, alert 80."""
    return how.alert == INTERNAL_ERROR and intermediates(seen) > 0


def too_long(seen: ClientAuth, how: Refusal) -> str:
    """That these are more levels than the server allows, where its answer is the one for that; else ""."""
    if not too_many(seen, how):
        return ""
    count = intermediates(seen)
    above, these = ("1 intermediate stands", "it") if count == 1 else (f"{count} intermediates stand", "them")
    return f" {above} above it: Apache httpd answers so when SSLVerifyDepth (1 unless it is set) does not allow {these} and the root."


def too_deep(seen: ClientAuth, how: Refusal) -> tuple[str, ...]:
    """That the server may allow fewer intermediates, where nothing speaks for or against it."""
    count = intermediates(seen)
    if count < SEVERAL or too_many(seen, how):
        return ()
    return (f"{count} intermediates stand above it; the server may allow fewer (nginx: ssl_verify_depth, 1 by default).",)


def behind(seen: ClientAuth, how: Refusal) -> tuple[str, ...]:
    """That the service behind may be what is missing: the server closed without a word, and did the same to the client without a certificate."""
    other = refusal(seen.without)
    return (BEHIND,) if how.said is Said.CLOSED and other is not None and other.said is Said.CLOSED else ()


def unended(seen: ClientAuth) -> tuple[str, ...]:
    """That one more issuer may have to be sent: what was sent with the certificate does not end with a root, and below nothing that calls itself one."""
    top = seen.climb.top
    if len(seen.climb.sent) < SEVERAL or seen.climb.complete or seen.whole is not None or top is None or is_self_issued(top) or top.read.issuer is None:
        return ()
    if any(short in ("CN", "OU") and "root" in value.lower().split() for short, value in top.read.issuer.attributes):
        return ()
    return (
        f'What was sent ends with "{title(top)}", issued by {top.read.issuer.text}: if that is no root itself, its certificate may be missing in the file.',
    )


def intermediates(seen: ClientAuth) -> int:
    """How many intermediates are sent above the client's certificate; a root among them does not count."""
    return sum(1 for one in seen.climb.sent[1:] if not is_self_issued(one))


def unseen(seen: ClientAuth) -> bool:
    """Whether the server asked inside the encryption of a renegotiation, where the issuers that it names cannot be seen."""
    one = seen.handshake
    return one is not None and one.asked_inside and not reading(one).certificate_requested and not seen.issuers


def strays(seen: ClientAuth) -> str:
    """What is in the file with the certificate and has nothing to do with it; "" when nothing is."""
    identity, own = seen.identity, seen.identity.own if seen.identity else None
    foreign = [one for one in identity.certificates[1:] if one not in seen.climb.sent] if identity else []
    if own is None or not foreign:
        return ""
    names = " and ".join(f'"{title(one)}"' for one in foreign[:3])
    issuer = own.read.issuer.text if own.read.issuer else "an issuer that cannot be read"
    top = seen.climb.sent[-1] if seen.climb.sent else own
    wanted = f'"{title(own)}" was issued by {issuer}' if top == own else f'its chain goes up to "{title(top)}"'
    return f" The file also holds {names}, which {'does' if len(foreign) == 1 else 'do'} not belong to it: {wanted}."
