"""Case: the facts about one address, with lazy readings.

A Case never changes and never asks anybody. To judge under other circumstances (another store, name, date, client stack)
alter the observation and make a new Case.
"""

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from probe.case.build import build
from probe.case.called import aimed, as_attempt, heard, roots
from probe.case.checks import EPHEMERAL, KEY_TRANSPORT, examine_all
from probe.case.client_auth import ClientAuth
from probe.case.client_told import told as client_told
from probe.case.hello_size import current, only_small, told
from probe.case.names import NameCheck, compare, converted_in_two_ways, uncompared
from probe.case.path import Objection, Path, Paths, StackVerdict, Why
from probe.case.pins import comparing, enough
from probe.case.pointer import held, pointer
from probe.case.stacks import ask
from probe.facts.certificate import Certificate
from probe.facts.observation import Attempt, Call, Connect, Exchange, Handshake, How, Observation, Preamble, Step, Tunnel
from probe.facts.trust import as_counted
from probe.formats import read as read_file
from probe.stacks import Stack, load_all
from probe.tls.messages import HandshakeReading, presented, reading
from probe.tls.registry import suite_iana_name

if TYPE_CHECKING:
    from probe.case.files import Files

S = TypeVar("S", bound=Step)
AGAIN = "again-"
"""How the names of repeated ordinary questions begin; a number from 2 on follows."""


class Case:
    """One address of one observation. ``address`` is ``None`` when no connection was tried at all (the name did not resolve)."""

    def __init__(self, observation: Observation, address: str | None = None, call: Call | None = None) -> None:
        self.observation = observation
        self.target = aimed(observation.target, call, observation.served.own if observation.served else None) if call else observation.target
        self.address = address
        self.call = call
        self.at: datetime = observation.target.at or observation.taken_at

    @cached_property
    def siblings(self) -> tuple["Case", ...]:
        """The cases of the other addresses."""
        return tuple(Case(self.observation, one) for one in addresses(self.observation) if one != self.address)

    # Attempts and steps

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """All attempts at this address, in the order in which they were made; a call as its caller would have recorded it."""
        if self.call:
            return (as_attempt(self.call),)
        return tuple(one for one in self.observation.attempts if one.address == self.address and not one.question.direct)

    @cached_property
    def asked_directly(self) -> bool:
        """Whether the question without the proxy was put, whatever became of it."""
        return any(one.address == self.address and one.question.direct for one in self.observation.attempts)

    @cached_property
    def direct(self) -> "Case | None":
        """What was seen without the proxy, as if it had been asked in the ordinary way; ``None`` when it was not asked."""
        found = next((one for one in self.observation.attempts if one.address == self.address and one.question.direct), None)
        if found is None or self.target.proxy is None:
            return None
        asked = replace(found, question=replace(found.question, name="ordinary", direct=False))
        return Case(replace(self.observation, target=replace(self.target, proxy=None), attempts=(asked,)), self.address)

    def asked(self, question: str) -> Attempt | None:
        """The attempt that asked this question."""
        return next((one for one in self.attempts if one.question.name == question), None)

    @cached_property
    def ordinary(self) -> Attempt | None:
        """The attempt that did what the voting client stacks do: the ordinary one, or that with a small ClientHello where only such a one gets through.

        Then a stack whose ClientHello is small is judged by what followed it (``first`` is the large one all the same).
        """
        spared = self.small_only and any(not one.hello.post_quantum for one in self._voting)
        return self.small_only if spared else self.first

    @cached_property
    def first(self) -> Attempt | None:
        """The attempt that did what an ordinary client of today does, with a large ClientHello."""
        return self.asked("ordinary")

    @cached_property
    def small_only(self) -> Attempt | None:
        """The attempt with a small ClientHello, if at this address only such a one gets through."""
        return only_small(self.attempts)

    @cached_property
    def tries(self) -> tuple["Case", ...]:
        """This case, and one for each further time that the ordinary question was asked at this address, as if it had been asked only then."""
        again = (one for one in self.attempts if is_again(one))
        # Each time was as silent as the first, so what followed the small ClientHello stands for them all.
        small = (self.small_only,) if self.small_only else ()
        return (self, *(Case(replace(self.observation, attempts=(_as_ordinary(one), *small)), self.address) for one in again))

    @cached_property
    def connect(self) -> Connect | None:
        """The ordinary TCP connection, to the proxy where there is one; of several tries at its addresses the one that succeeded."""
        tried = [one for one in self.ordinary.steps if isinstance(one, Connect)] if self.ordinary else []
        return next((one for one in tried if one.ending.how is How.DONE), tried[0] if tried else None)

    @cached_property
    def tunnel(self) -> Tunnel | None:
        """What was agreed with the proxy for the ordinary question."""
        return step(self.ordinary, Tunnel)

    @cached_property
    def start(self) -> Preamble | None:
        """The words before TLS of the ordinary question, for a protocol that begins in plain text."""
        return step(self.ordinary, Preamble)

    @cached_property
    def handshake(self) -> Handshake | None:
        """The ordinary handshake."""
        return step(self.ordinary, Handshake)

    @cached_property
    def exchange(self) -> Exchange | None:
        """The first words after the ordinary handshake."""
        return step(self.ordinary, Exchange)

    @cached_property
    def hello(self) -> HandshakeReading | None:
        """What the messages of the ordinary handshake say."""
        return reading(self.handshake) if self.handshake else None

    @cached_property
    def connected(self) -> bool:
        """Whether a TCP connection to this address was made, by us or by the proxy for us."""
        through = self.target.proxy is None or (self.tunnel is not None and self.tunnel.ending.how is How.DONE)
        return through and self.connect is not None and self.connect.ending.how is How.DONE

    @cached_property
    def established(self) -> bool:
        """Whether the ordinary TLS handshake was completed."""
        return self.handshake is not None and self.handshake.ending.how is How.DONE

    @cached_property
    def client(self) -> ClientAuth:
        """The client certificate: was it asked for, what was sent, and how the server took it."""
        return ClientAuth(self)

    def succeeded(self, question: str) -> Handshake | None:
        """The handshake of this question if it was completed."""
        found = step(self.asked(question), Handshake)
        return found if found and found.ending.how is How.DONE else None

    @cached_property
    def spoke_tls(self) -> bool:
        """Whether any attempt at this address received a TLS record."""
        return any(one.received > 0 for one in self.handshakes)

    @cached_property
    def handshakes(self) -> tuple[Handshake, ...]:
        """The handshakes of all questions at this address, without mere repetitions: those may have met another server (see ``tries``).

        Nor those that began in another way than the target says: they decide how TLS begins here, and nothing else.
        """
        found = (step(one, Handshake) for one in self.attempts if not is_again(one) and one.question.start is None)
        return tuple(one for one in found if one)

    @cached_property
    def plaintext(self) -> Preamble | None:
        """The plaintext look that got an answer, else the first one."""
        looks = [one for attempt in self.attempts for one in attempt.steps if isinstance(one, Preamble) and not one.protocol]
        return next((one for one in looks if one.received), looks[0] if looks else None)

    def pointer(self, fact: object) -> str:
        """Where this step, fetch, resolution or store stands in the observation document (RFC 6901)."""
        return pointer(self.observation, fact, self.call)

    @cached_property
    def files(self) -> "Files":
        """The inspected files."""
        from probe.case.files import Files  # a check of an endpoint needs none of it

        return Files(self.observation)

    # The chain

    @cached_property
    def chain_handshake(self) -> Handshake | None:
        """The handshake whose chain is judged: the ordinary one, else the first that shows a chain."""
        if self.handshake and presented(self.handshake):
            return self.handshake
        return next((one for one in self.handshakes if presented(one)), None)

    @cached_property
    def presented(self) -> tuple[Certificate, ...]:
        """The certificates exactly as sent, in the order in which they came."""
        return tuple(Certificate(der=der) for der in presented(self.chain_handshake)) if self.chain_handshake else ()

    def where(self, certificate: Certificate) -> str:
        """Where a certificate stands in the observation document: among the presented, in a store, or in a fetched document."""
        return self.pointer(self.chain_handshake) if certificate in self.presented else held(self.observation, certificate, self.fetched, self.call)

    @cached_property
    def leaf(self) -> Certificate | None:
        """What stands first in the chain, where the end-entity certificate belongs (RFC 8446 section 4.4.2)."""
        return self.presented[0] if self.presented else None

    @cached_property
    def anchors(self) -> tuple[Certificate, ...]:
        """The certificates of all trust stores in use, each once; of a caller, whose store is not known, the roots that it may know."""
        if self.call:
            return roots(self.observation)
        stored = (one for store in self.observation.stores for one in store.certificates)
        return tuple(dict.fromkeys((*stored, *(self.presented[:1] if self.pinned else ()))))

    @cached_property
    def pinned(self) -> bool:
        """Whether the server's own certificate is the expected one, and a profile says that this is enough: then nobody asks for a path to a root."""
        return enough(self.observation.agreement, self.target, self.leaf, self.at)

    @cached_property
    def store_size(self) -> int:
        """How many anchors the trust stores hold altogether."""
        known = max(1, len(self.anchors)) if self.call or self.pinned else 0
        return known or sum(store.size for store in self.observation.stores)

    def as_counted(self, stack: str) -> "Case":
        """This case with the trust stores as this client stack counts them: Java passes over entries that others take."""
        stores = self.observation.stores
        if self.call or not any(one.stack == stack for store in stores for one in store.uncounted):
            return self
        return Case(replace(self.observation, stores=tuple(as_counted(one, stack) for one in stores)), self.address)

    @cached_property
    def counting_all(self) -> "Case":
        """This case with everything counted that is in the trust stores."""
        return Case(replace(self.observation, stores=tuple(replace(one, uncounted=()) for one in self.observation.stores)), self.address)

    @cached_property
    def fetched(self) -> tuple[tuple[str, Certificate], ...]:
        """The certificates that were fetched because another certificate named their URL."""
        return fetched(self.observation)

    @cached_property
    def paths(self) -> Paths:
        """All paths from the presented chain upwards, with everything that stands against each."""
        return examine_all(build(self.presented, self.anchors, self.fetched), self.at, self.key_exchange)

    @cached_property
    def key_exchange(self) -> str:
        """What the server's key did in the handshake whose chain is judged: ``EPHEMERAL`` or ``KEY_TRANSPORT`` of ``probe.case.checks``."""
        seen = reading(self.chain_handshake) if self.chain_handshake else None
        return KEY_TRANSPORT if seen and seen.suite is not None and suite_iana_name(seen.suite).startswith("TLS_RSA_") else EPHEMERAL

    @cached_property
    def nearest(self) -> Path | None:
        """The path that a voting client stack judged, preferably one that refuses; else the nearest path of all."""
        judged = [one for one in self.verdicts if one.path]
        refusing = [one for one in judged if one.accepts is False]
        chosen = next(iter(refusing or judged), None)
        return chosen.path if chosen else next(iter(self.paths.paths), None)

    # Names and stacks

    @cached_property
    def names(self) -> NameCheck | None:
        """How the reference identity compares with the end-entity certificate."""
        deviating = self.target.name == self.target.host and converted_in_two_ways(self.target.spelled, self.target.host)
        found = compare(self.target.name, self.leaf, deviating) if self.leaf else None
        agreement = self.observation.agreement
        return uncompared(found) if found and agreement and agreement.names.rule == "none" else found

    @cached_property
    def stacks(self) -> tuple[Stack, ...]:
        """The client stacks that vote: the one that was named, else every one that was compared with the real program."""
        return comparing(self._voting) if self.pinned else self._voting

    @cached_property
    def _voting(self) -> tuple[Stack, ...]:
        """The stacks that vote, with their usual rules: which of the attempts is judged may depend on them, and so on no certificate."""
        if self.target.stack:
            return tuple(one for one in load_all() if one.name == self.target.stack)
        return tuple(one for one in load_all() if one.verified)

    @cached_property
    def verdicts(self) -> tuple[StackVerdict, ...]:
        """What each voting stack says of the chain and the name; empty when no certificate was seen."""
        if not self.presented or self.names is None:
            return ()
        return tuple(
            ask(
                one,
                presented=self.presented,
                anchors=seen.anchors,
                fetched=self.fetched,
                paths=seen.paths,
                name=self.names,
                at=self.at,
                store_size=seen.store_size,
                key_exchange=self.key_exchange,
            )
            for one in self.stacks
            for seen in (self.as_counted(one.name),)
        )

    @cached_property
    def answers(self) -> tuple[StackVerdict, ...]:
        """The verdicts as a user meets them: a stack that cannot load one of the trust stores never comes to judge the chain.

        Where only a small ClientHello gets through, those whose ClientHello is large are among them, unless one stack was named.
        """
        if self.call:
            # What it trusts is not known, and it has spoken for itself.
            return ()
        found = tuple(client_told(self.client, self._unloadable(one), self.stacks) for one in self.verdicts)
        lost = step(self.first, Handshake)
        if not self.small_only or self.ordinary is self.first or lost is None:
            return found
        known = {one.name: one for one in self.stacks}
        met = tuple(told(one, known[one.stack], lost.ending.how) for one in found)
        return met if self.target.stack else (*met, current(lost.ending.how))

    def _unloadable(self, verdict: StackVerdict) -> StackVerdict:
        found = next(((store, one) for store in self.observation.stores for one in store.refused if one.stack == verdict.stack and not one.convertible), None)
        if found is None:
            return verdict
        store, refused = found
        return replace(verdict, accepts=False, says=refused.words, note=f"It cannot load the trust store {store.path}: {refused.why}.")

    @cached_property
    def chain_accepted(self) -> bool:
        """Whether every voting stack accepts chain and name."""
        return bool(self.verdicts) and all(one.accepts for one in self.verdicts)

    def refusing(self, *whys: Why) -> tuple[tuple[Objection, Path, tuple[str, ...]], ...]:
        """The objections of these kinds for which a voting stack refuses: each with its path and the names of the stacks."""
        found: dict[tuple[Why, Certificate], tuple[Objection, Path, list[str]]] = {}
        for verdict in self.verdicts:
            for one in verdict.objections:
                if one.why in whys and verdict.path:
                    found.setdefault((one.why, one.about), (one, verdict.path, []))[2].append(verdict.stack)
        return tuple((one, path, tuple(stacks)) for one, path, stacks in found.values())

    def tolerated(self, *whys: Why) -> tuple[tuple[Objection, Path, tuple[str, ...]], ...]:
        """The objections of these kinds that every voting stack overlooks on the path it takes."""
        refused = {(one.why, one.about) for one, _, _ in self.refusing(*whys)}
        found: dict[tuple[Why, Certificate], tuple[Objection, Path, list[str]]] = {}
        for verdict in self.verdicts:
            for one in verdict.tolerated:
                if one.why in whys and verdict.path and (one.why, one.about) not in refused:
                    found.setdefault((one.why, one.about), (one, verdict.path, []))[2].append(verdict.stack)
        return tuple((one, path, tuple(stacks)) for one, path, stacks in found.values())

    @cached_property
    def unverified(self) -> frozenset[str]:
        """The stacks whose refusal here is only predicted: releases of the program differ, or the search for a path was cut short."""
        return frozenset(one.stack for one in self.verdicts if one.accepts is False and not one.verified)

    def stopped(self, stacks: tuple[str, ...]) -> tuple[str, ...]:
        """The stacks that a finding stops, as a finding says it: empty when it stops all that vote."""
        return () if {one.name for one in self.stacks} <= set(stacks) else stacks


def is_again(attempt: Attempt) -> bool:
    """Whether an attempt only repeats the ordinary question (see ``AGAIN``)."""
    return attempt.question.name.startswith(AGAIN)


def _as_ordinary(attempt: Attempt) -> Attempt:
    return replace(attempt, question=replace(attempt.question, name="ordinary"))


def step(attempt: Attempt | None, kind: type[S]) -> S | None:
    """The first step of this kind in an attempt."""
    return next((one for one in attempt.steps if isinstance(one, kind)), None) if attempt else None


def addresses(observation: Observation) -> tuple[str, ...]:
    """The addresses to which a connection was tried, in the order in which they were first tried."""
    return tuple(dict.fromkeys(one.address for one in observation.attempts))


def cases(observation: Observation) -> tuple[Case, ...]:
    """One case for each address; a single one without address when none was tried. Of calls, the one that the observation is about."""
    if observation.target.listening:
        call = heard(observation)
        return (Case(observation, call.address if call else None, call),)
    return tuple(Case(observation, one) for one in addresses(observation)) or (Case(observation),)


def fetched(observation: Observation) -> tuple[tuple[str, Certificate], ...]:
    """The certificates in all fetched documents, each with its URL."""
    documents = (one for one in observation.fetches if one.ending.how is How.DONE and one.purpose == "issuer")
    return tuple(dict.fromkeys((one.url, certificate) for one in documents for certificate, _ in read_file(one.body).certificates))
