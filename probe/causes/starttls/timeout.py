"""The words before TLS get no answer in time.

The connection stands, and the server does not greet, or stops answering before it agreed to begin TLS. A server that
is overloaded, that looks up the caller's name in a DNS that does not answer, or that lets strangers wait on purpose
(greet delay, tarpit) does so; so does a box on the way that holds back what it wants to scan. Mail programs wait for
minutes: with --timeout 600 the probe does too.

Clients say: curl exit 28 "Timeout was reached", Java "Read timed out", psql "timeout expired".
"""

from probe.case.case import Case
from probe.case.starttls import DIRECT, Came, came, elsewhere, last_word, plain_at_once, title
from probe.causes.plain_words import in_tunnel, said
from probe.causes.shown import Shown, client
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="The words before TLS get no answer",
    owner=Owner.SERVER,
    actions=("find-box",),
    references=("RFC 5321 section 4.5.3.2", "RFC 3207 section 4"),
)
SHOWN_BY = Shown(commands=(f"timeout 3 {client('')}",), shows='OpenSSL does not print "CONNECTION ESTABLISHED" within three seconds.')


def judge(case: Case) -> Finding | None:
    """The time was up before the go-ahead, and the port does not begin TLS at once."""
    one = case.start
    if one is None or came(one) is not Came.SILENT or elsewhere(case):
        return None
    word, name = last_word(one), title(one.protocol)
    evidence = list(
        said(case, one, f"{'After ' + word if word else 'After the connection was made'} no answer came; the words took {one.took:.1f} s altogether.")
    )
    late = None if one.received else plain_at_once(case)
    if late:
        evidence.append(Evidence(says=f"A second connection was greeted, {late[0].took:.1f} s after a ClientHello was sent.", at=case.pointer(late[0])))
    elif other := case.asked(DIRECT):
        evidence.append(Evidence(says="A ClientHello without any words before it was not answered either.", at=case.pointer(other)))
    waited = f"within {one.took:.0f} s"
    certainty, alternatives = in_tunnel(case)
    return Finding(
        effect=Effect.BREAKS,
        # A greeting may come late on purpose, and clients with more patience get it.
        certainty=certainty if one.received else Certainty.LIKELY,
        alternatives=alternatives,
        summary=f"The {name} server does not answer {word} {waited}." if word else f"No greeting in {name} came {waited}.",
        evidence=tuple(evidence),
    )
