"""The server refuses to begin TLS.

It speaks the protocol, and says no: to the request to begin TLS (STARTTLS, STLS, AUTH TLS), or before it, already to
the caller. Most often the server offers TLS and then cannot load its certificate or key; "temporarily unavailable"
(SMTP 454, LDAP 52) means just that, and is what domain controllers without a fitting certificate are reported to say.
A refusal in the greeting is a limit of connections, a block list, or a host that is not allowed. The text is the
server's own and only shown: nothing protects it on the way.

Clients say: the server's text, for example "454 4.7.0 TLS not available due to local problem" or "Host is not allowed
to connect to this MariaDB server"; curl exit 64 or 8, Java "jakarta.mail.MessagingException: Could not convert socket
to TLS".
"""

from probe.case.case import Case
from probe.case.starttls import Came, answer, came, last_word, title
from probe.causes.directory_words import meaning, without_certificate
from probe.causes.plain_words import said, unheard
from probe.causes.shown import Shown, client
from probe.causes.words import Cause, Effect, Finding, NotObserved, Owner
from probe.facts.observation import Preamble
from probe.protocols.ldap_results import spelled

CAUSE = Cause(
    title="The server refuses to begin TLS (StartTLS)",
    owner=Owner.SERVER,
    actions=("mend-starttls",),
    instead=("let-caller-in", "give-controller-certificate"),
    references=("RFC 3207 section 4", "RFC 9051 section 6.2.1", "RFC 4511 section 4.14.2", "RFC 6120 section 5.4.2.2"),
)
SHOWN_BY = Shown(commands=(client(""),), shows='OpenSSL does not print "CONNECTION ESTABLISHED"; with -msg in place of -brief nothing of TLS is received.')
DOMAIN = "host-unknown"
_REQUESTS = ("STARTTLS", "STLS", "AUTH TLS", "<starttls/>", "SSLRequest", "request to begin TLS")


def judge(case: Case) -> Finding | NotObserved | None:
    """The peer answered in its protocol, and the answer is no."""
    one = case.start
    if one is None:
        return None
    if came(one) is not Came.REFUSED:
        return unheard(one)
    word, name = last_word(one), title(one.protocol)
    asked = any(request in word for request in _REQUESTS)
    if DOMAIN in answer(one):
        summary = f"The XMPP server does not serve the domain {case.target.name}."
    elif not word or one.protocol == "mysql":
        summary = f"The {name} server turns the caller away with its greeting, before TLS can begin."
    elif one.protocol == "postgres":
        summary = "The PostgreSQL server answers the request to begin TLS with an error, before TLS can begin."
    elif asked:
        summary = f"The {name} server refuses to begin TLS{_number(one)}."
    else:
        summary = f"The {name} server refuses {word.partition(' ')[0]}{_number(one)}, before TLS can begin."
    after = f"To {word}" if word else "In place of a greeting"
    return Finding(
        effect=Effect.BREAKS,
        summary=summary,
        evidence=said(case, one, f"{after} it answered: {answer(one)}", *(meaning(one) if one.protocol == "ldap" else ())),
        actions=("give-controller-certificate", "mend-starttls")
        if without_certificate(one)
        else ("mend-starttls",)
        if asked and one.protocol not in ("mysql", "postgres")
        else ("let-caller-in",),
    )


def _number(one: Preamble) -> str:
    if one.protocol == "ldap" and one.status is not None:
        return f", result {spelled(one.status)}"
    return f" ({one.status})" if one.status is not None else ""
