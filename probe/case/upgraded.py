"""The handshake of a WebSocket, and whether it was tried with the user's login too. Pure."""

from dataclasses import replace
from typing import TYPE_CHECKING

from probe.facts.observation import Exchange, Question

if TYPE_CHECKING:
    from probe.case.case import Case

LOGIN = "login"
"""The question with which the user's name and password are told."""
UNAUTHORIZED = 401


def login_question(case: "Case") -> Question | None:
    """The same with the login, once the server was found good; ``None`` when it was asked, or there is none."""
    target = case.target
    if target.protocol != "wss" or not target.user or case.ordinary is None or case.asked(LOGIN) or (case.client.refusal and case.client.refusal.sure):
        return None
    return replace(case.ordinary.question, name=LOGIN, login=True)


def answer(case: "Case") -> Exchange | None:
    """The answer that counts: the one to the login, else the ordinary one."""
    tried = case.asked(LOGIN)
    told = next((one for one in tried.steps if isinstance(one, Exchange)), None) if tried else None
    return told or case.exchange
