"""Requests as they would go out, for ``--dry-run``: made by the very code that sends them, with a word in place of the token."""

from dataclasses import replace

from probe.case.registration.requests import Wanted
from probe.facts.target import Target
from probe.jobs.insights_hub.gateway import spoken
from probe.jobs.insights_hub.place import Place
from probe.jobs.insights_hub.token import Token
from probe.protocols.https import Request
from probe.report.procedure import Block

HOLE = "0insights-hub-token0"


def shown(wanted: Wanted, place: Place, token: Token) -> Block:
    """One request. A token's value is not used: the word that stands for it is put in its place."""
    target: Target = replace(place.target, app=True)
    text = Request(target, spoken(wanted, Token(HOLE, ""))).outgoing().decode("latin-1")
    return Block(title=f"{wanted.doing[0].upper()}{wanted.doing[1:]}:", text=text.replace("\r\n", "\n").replace(HOLE, token.shown).rstrip("\n"))
