"""What a server does with the certificate that a client presents, as it was seen of another server: no rule decides, only the certificate."""

from probe.facts.noun import noun
from probe.lab.answers import Answer

UNKNOWN_CA = 48
"""The alert for a certificate that none of the reactions is about: nobody issued it here."""


@noun
class Reaction:
    """``chain`` is what the client presents (DER, its own first; empty: nothing). ``ends`` says what the server then does.

    "" goes on and says ``answer``; ``alert`` sends the alert of this description and level, up to TLS 1.2 within the handshake, in TLS 1.3 after it,
    if ``late`` only once something was asked; ``cut`` and ``reset`` end the connection in place of the server's last flight; ``silence`` says nothing more;
    ``close`` ends it after the handshake.
    """

    chain: tuple[bytes, ...] = ()
    ends: str = ""
    alert: int = 0
    level: int = 2
    late: bool = False
    answer: Answer = Answer()


def reaction_to(chain: tuple[bytes, ...], reactions: tuple[Reaction, ...]) -> Reaction:
    """The reaction to these certificates: the one to exactly them, else the one to the same certificate with most of the same issuers.

    Another certificate is refused. Where only the reaction to a certificate is known, it is also the one to none.
    """
    own = [one for one in reactions if one.chain[:1] == chain[:1]]
    if not own and chain:
        return Reaction(ends="alert", alert=UNKNOWN_CA)
    return max(own or reactions, key=lambda one: (one.chain == chain, len(set(one.chain) & set(chain)), -len(one.chain)))
