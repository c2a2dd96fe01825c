"""The connection ends in the middle of the words before TLS.

The server, or something on the way, closed or reset the connection before it agreed to begin TLS, and gave no reason
in the words of the protocol. Usual reasons: a caller whose address is not allowed (TCP wrappers, block lists, Prosody
and FTP servers with limits), a proxy without a server behind it, a service that crashes, or another service on this
port that hangs up on words that it does not understand.

Clients say: curl exit 56 or 52, Java "[EOF]" or "Connection reset", psql "server closed the connection unexpectedly",
mariadb "Lost connection to server at 'handshake: reading initial communication packet'".
"""

from probe.case.case import Case
from probe.case.starttls import DIRECT, Came, came, elsewhere, last_word, title
from probe.causes.plain_words import in_tunnel, said
from probe.causes.shown import Shown, client
from probe.causes.words import Cause, Effect, Evidence, Finding, Owner
from probe.facts.observation import How

CAUSE = Cause(
    title="The connection ends before TLS was agreed on",
    owner=Owner.SERVER,
    actions=("find-box",),
    references=("RFC 5321 section 3.8", "RFC 3207 section 4"),
)
SHOWN_BY = Shown(commands=(client(""),), shows='OpenSSL does not print "CONNECTION ESTABLISHED".')


def judge(case: Case) -> Finding | None:
    """Closed or reset before the go-ahead, and the port does not begin TLS at once."""
    one = case.start
    if one is None or came(one) is not Came.CUT or elsewhere(case):
        return None
    word, name = last_word(one), title(one.protocol)
    how = "reset" if one.ending.how is How.RESET else "closed"
    when = f"after {word}" if word else "before a word was said"
    number = f" (errno {one.ending.errno})" if one.ending.errno else ""
    evidence = list(said(case, one, f"The connection was {how}{number} {when}; {len(one.received)} bytes had come."))
    if other := case.asked(DIRECT):
        evidence.append(Evidence(says="A ClientHello without any words before it was not answered with TLS either.", at=case.pointer(other)))
    certainty, alternatives = in_tunnel(case)
    return Finding(
        effect=Effect.BREAKS,
        certainty=certainty,
        summary=f"The connection to the {name} server is {how} {when}, without a reason.",
        evidence=tuple(evidence),
        alternatives=alternatives,
    )
