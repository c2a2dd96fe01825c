"""Plain text comes after the server's go-ahead, where only TLS may follow.

The server agreed to begin TLS, and more plain bytes came before the TLS handshake. An honest server is silent then
until the client begins. Either its program mixes answers up, or somebody on the way adds bytes: a client that does not
throw them away takes them for protected answers later on (command and response injection). The bytes were thrown away
here and did not reach TLS. Careful clients end the connection: curl since 7.79.0 (CVE-2021-22947) and libpq of
PostgreSQL since 14.1 (CVE-2021-23222); others go on, some of them unsafely. It is therefore told as a risk even where
everything else is well.

Clients say: curl exit 8 "Weird server reply", psql "received unencrypted data after SSL response".
"""

from probe.case.case import Case
from probe.case.starttls import Came, came, last_word, title
from probe.causes.plain_words import said
from probe.causes.shown import Shown
from probe.causes.words import Cause, Effect, Finding, NotObserved, Owner
from probe.tls.plaintext import first_line

CAUSE = Cause(
    title="Plain text follows the go-ahead for TLS",
    owner=Owner.SERVER,
    actions=("stop-plain-text",),
    references=(
        "RFC 3207 section 4.2",
        "https://nostarttls.secvuln.info/",
        "https://curl.se/docs/CVE-2021-22947.html",
        "https://www.postgresql.org/support/security/CVE-2021-23222/",
    ),
)


def shown_by(case: Case, _finding: Finding) -> Shown:
    """Curl refuses them, in the protocols that it speaks; no other program of the usual ones says anything about them."""
    if case.target.protocol in ("smtp", "imap", "pop3", "ftp"):
        return Shown(commands=("curl -gksSv --max-time 10 {url}",), shows='curl ends with "Weird server reply" or says that more came than the go-ahead.')
    return Shown(why_not="The usual programs throw such bytes away without a word; a record of the packets shows them.")


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | NotObserved | None:
    """Bytes came in plain text after the go-ahead."""
    one = case.start
    if one is None:
        return None
    if came(one) is not Came.GO:
        return NotObserved(why="TLS was not agreed on, so that nothing could follow the go-ahead.")
    if not one.surplus:
        return None
    word = last_word(one)
    return Finding(
        effect=Effect.RISKS,
        summary=f"After the go-ahead for TLS {len(one.surplus)} more bytes of plain text came: "
        f"the {title(one.protocol)} server is at fault, or somebody on the way adds words.",
        evidence=said(case, one, f"To {word} the go-ahead came, and right after it: {first_line(one.surplus)}"),
    )
