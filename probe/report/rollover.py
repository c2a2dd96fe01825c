"""The exchange of a partner's certificate as a table: each step in the product with what must hold before and after, and one answer."""

from probe.case.choices import trusts
from probe.case.path import StackVerdict
from probe.case.rollover import Listed, Rollover, Shown, Way
from probe.causes.words import Verdict
from probe.facts.certificate import Certificate, fingerprint, title
from probe.facts.renewal import Renewal
from probe.report.advice import Remark, StepText
from probe.report.certificates import serial_text
from probe.report.rollover_files import file_remarks, own_remarks, proposal

SHOWN = 8
"""Entries of a list and addresses that are named one by one."""
READY, NOT_YET, STOP, IMPORT, UPLOAD, OPEN = "READY TO SWITCH", "NOT YET", "DO NOT USE IT", "IMPORT FIRST", "UPLOAD", "NOT KNOWN"


class Table:
    """The steps of one exchange, and the answer."""

    def __init__(self, rollover: Rollover, rules: Renewal, where: str) -> None:
        self.rollover = rollover
        self.rules = rules
        self.where = where

    @property
    def steps(self) -> tuple[StepText, ...]:
        """The table."""
        new = self.rollover.new
        first = StepText(title="The partner sends the file", before=file_remarks(self.rollover))
        if new is None or any(tone == "bad" for tone, _ in first.before):
            # Everything else would be about a file that is not used.
            return (first,)
        steps = [
            first,
            StepText(title=self.rules.upload or "Upload it", before=self._named(new), after=(("do", f"The page must show {_prints(new)}. Compare them."),)),
            StepText(title="The chain on its page", before=self._page(new), after=self._page_after()),
            StepText(title=self.rules.add_authority or "Import what is missing", before=self._imports(), after=self._imported()),
            StepText(title="Agree on a time with the partner", before=self._times(new)),
            StepText(title=self.rules.switch or "Switch to it", before=self._switch(new), after=self._switched()),
        ]
        steps += (
            [StepText(title="The own certificate is exchanged too", before=own_remarks(self.rollover), after=self._own_after())] if self.rollover.own else []
        )
        return (*steps, StepText(title="Clean up", before=self._clean()))

    @property
    def answer(self) -> tuple[str, Verdict, str]:
        """A word or two, the verdict, and the sentence."""
        all_of, new = self.rollover, self.rollover.new
        against = next((says for tone, says in file_remarks(all_of) if tone == "bad"), "")
        if against or new is None:
            return STOP, Verdict.FAILS, against or "There is no certificate in the file."
        named = f'"{title(new)}"'
        looked = bool(all_of.served)
        fresh = [one for one in all_of.served if one.state == "new"]
        refused = next((verdict for _, verdict in all_of.connections if not trusts(verdict)), None) or (None if fresh else self._hopeless())
        if not all_of.listing:
            return OPEN, Verdict.UNDECIDED, f"The list of authorities was not given, so that nothing is known of the connection with {named}."
        unknown = not fresh and not self._known and not self._alone
        if refused:
            what = self._first_import()
            return IMPORT, Verdict.FAILS, f"With {named} on the connection it fails, because the list of authorities does not lead to it: import {what} first."
        if all_of.hangs_on_clash:
            return IMPORT, Verdict.FAILS, f"The chain of {named} needs an entry of the list whose display name another one has too: only one of them counts."
        if unknown:
            what = self._first_import()
            says = (
                f"Whether the list of authorities leads to {named} is not known: {what} is not in it, and was not seen. Import it, and the question is settled."
            )
            return IMPORT, Verdict.UNDECIDED, says
        if not looked:
            says = f"Nothing stands against the file with {named}. Whether it is served already was not looked at: name the endpoint for that."
            return UPLOAD, Verdict.WORKS, says
        old = [one for one in all_of.served if one.state in ("present", "other")]
        if old:
            also = f", {_places(fresh)} already the new one" if fresh else ""
            return (
                NOT_YET,
                Verdict.FAILS,
                f"{self.where} still serves another certificate at {_places(old)}{also}: a connection that expects {named} fails there.",
            )
        if len(fresh) < len(all_of.served):
            silent = [one for one in all_of.served if one.state == "nothing"]
            return OPEN, Verdict.UNDECIDED, f"What {self.where} serves at {_places(silent)} was not seen."
        begins = new.read.not_before
        if begins and begins > all_of.at:
            return NOT_YET, Verdict.FAILS, f"{named} is served, and is valid only from {begins:%Y-%m-%d %H:%M} UTC on."
        many = f"all {len(fresh)} addresses serve" if len(fresh) > 1 else "the endpoint serves"
        return READY, Verdict.WORKS, f"{self.where}: {many} exactly {named}, and the list of authorities leads to it."

    def _hopeless(self) -> StackVerdict | None:
        """The verdict, when the whole chain is known, and the list does not lead to the new certificate even if all of it is sent."""
        best = self.rollover.with_issuers
        return best if best is not None and self._known and not trusts(best) else None

    @property
    def _known(self) -> bool:
        """Whether the chain is known up to a root, so that it can be judged before it is served."""
        whole = self.rollover.whole_chain
        return whole is not None and whole.whole

    @property
    def _alone(self) -> bool:
        """Whether the list leads to the new certificate whatever is sent behind it."""
        return self.rollover.alone is not None and trusts(self.rollover.alone)

    def _first_import(self) -> str:
        lacking = self.rollover.lacking
        if lacking:
            return " and ".join(f'"{title(one)}"' for one in lacking[-2:])
        way = self.rollover.whole_chain
        issuer = way.top.read.issuer if way else None
        return f"the authority {issuer.text}" if issuer else "its authority"

    # The steps

    def _named(self, new: Certificate) -> tuple[Remark, ...]:
        found: list[Remark] = [("do", f"Compare its SHA-256 with the partner over another channel, such as the telephone: {fingerprint(new)}.")]
        found += [("do", f'Display name, with the date of issue: "{proposal(self.rollover, new)}".')]
        present = self.rollover.present
        if present is not None and present != new and title(present) == title(new):
            found.append(("do", f'The one before it is of the same name; with its date of issue it is "{proposal(self.rollover, present)}".'))
        return tuple(found)

    def _page(self, new: Certificate) -> tuple[Remark, ...]:
        way = self.rollover.shown_chain
        if not self.rollover.listing or way is None:
            return (("open", "The list of authorities was not given."),)
        chain = ", ".join(f'"{title(one)}"' for one in way.links)
        if way.whole:
            return (("good", f"It shows the whole chain up to a root: {chain}."),)
        return (("warn", f'It shows "{self.rules.missing_text or "Missing certificate"}" behind {chain}, with {_issuer(way.top)}.'), *self._where_to_get(way))

    def _where_to_get(self, way: Way) -> tuple[Remark, ...]:
        found: list[Remark] = []
        read = way.top.read
        if way.lookalike is not None:
            same = "is in the list with another key, of which only the name fits. Whether the page takes it for the issuer was not verified; TLS does not"
            found.append(("warn", f'"{title(way.lookalike)}" {same}. {_identity(way.lookalike)}'))
        if read.authority_key_id:
            found.append(("do", f"The key identifier of the one that is missing must be {read.authority_key_id.hex(':').upper()}."))
        if read.ca_issuers:
            found.append(("do", f"It should be had at {', '.join(read.ca_issuers[:3])}, else from the partner."))
        else:
            found.append(("do", "The certificate names no place to get it from: ask the partner, or whoever runs the authority."))
        return tuple(found)

    def _page_after(self) -> tuple[Remark, ...]:
        way = self.rollover.shown_chain
        whole = way is not None and way.whole and self.rollover.listing
        return (("good", "Complete up to a root."),) if whole else (("open", "Not complete up to a root yet. Look again after the import."),)

    def _imports(self) -> tuple[Remark, ...]:
        all_of = self.rollover
        found: list[Remark] = []
        for one in all_of.lacking[:SHOWN]:
            found += self._import(one)
        whole = all_of.whole_chain
        if whole and not whole.whole and all_of.listing:
            found.append(("bad" if self._needed else "warn", f'Nobody here has the issuer of "{title(whole.top)}": {_issuer(whole.top)}.'))
        for some in all_of.clashes[:SHOWN]:
            found.append(("bad" if all_of.hangs_on_clash else "warn", _clash(some)))
        for some in all_of.doubles[:SHOWN]:
            found.append(("warn", f'"{title(some[0].certificate)}" is in the list under {len(some)} display names: {_names(some)}. One is enough.'))
        for entry in all_of.listed:
            if entry.certificate.read.is_ca is False:
                found.append(
                    ("warn", f'"{title(entry.certificate)}" in the list ({entry.place}) is no authority\'s certificate; Java trusts it and nothing below it.')
                )
        if not found:
            return (("good", "Nothing is missing."),) if all_of.listing else (("open", "The list of authorities was not given."),)
        return tuple(found)

    @property
    def _needed(self) -> bool:
        """Whether the connection cannot do without what is missing."""
        return self._hopeless() is not None

    def _import(self, one: Certificate) -> list[Remark]:
        all_of, read = self.rollover, one.read
        below = next(
            (
                other
                for other in (all_of.whole_chain.links if all_of.whole_chain else ())
                if other.read.issuer and read.subject and other != one and other.read.issuer.key == read.subject.key
            ),
            None,
        )
        name = proposal(all_of, one)
        found: list[Remark] = [("do", f'Import "{title(one)}" under the display name "{name}". {_identity(one)}')]
        if read.is_ca is not True:
            found.append(("bad", f'"{title(one)}" is not marked as an authority (CA:TRUE); Java does not take it as an issuer.'))
        asked = below.read.authority_key_id if below else None
        if asked and read.subject_key_id:
            fits = asked == read.subject_key_id
            what = "is the one that the certificate below it names" if fits else "is not the one that the certificate below it names"
            found.append(("good" if fits else "bad", f"Its key identifier {read.subject_key_id.hex(':').upper()} {what}."))
        namesakes = [
            each
            for each in all_of.listed
            if each.certificate != one and each.certificate.read.subject and read.subject and each.certificate.read.subject.key == read.subject.key
        ]
        for each in namesakes[:2]:
            what = (
                "under its plain name the two would overwrite each other"
                if each.name.casefold() == title(one).casefold()
                else "keep the two apart by their display names"
            )
            found.append(("warn", f'The list has another certificate of this name as "{each.name}": {what}. {_identity(each.certificate)}'))
        if read.not_after and read.not_after < all_of.at:
            found.append(("warn", f"It expired on {read.not_after:%Y-%m-%d}; Java does not look at that in its list, others do."))
        found.append(("do", "Before it is trusted, compare its fingerprint over another channel, and ask whether it is for production or for test."))
        return found

    def _imported(self) -> tuple[Remark, ...]:
        way = self.rollover.shown_chain
        if not self.rollover.listing:
            return ()
        return (
            (("good", "The list leads to a root."),)
            if way and way.whole
            else (("do", "Export the list again and look once more, with the command at the end."),)
        )

    def _times(self, new: Certificate) -> tuple[Remark, ...]:
        served = self.rollover.served
        if not served:
            return (("open", "The endpoint was not looked at."),)
        found: list[Remark] = []
        for one in served[:SHOWN]:
            if one.leaf is None:
                found.append(("open", f"{one.address}: no certificate was seen."))
            elif one.state == "new":
                found.append(("good", f"{one.address} serves the new one."))
            else:
                word = "the one before it" if one.state == "present" else "neither the new one nor the one before it"
                found.append(
                    (
                        "bad",
                        f'{one.address} serves {word} (endpoint.rollover-pending): "{title(one.leaf)}". {_identity(one.leaf)}'
                        if one.state == "present"
                        else f'{one.address} serves {word} (chain.pin-mismatch): "{title(one.leaf)}". {_identity(one.leaf)}',
                    )
                )
        found += [("open", f"{len(served) - SHOWN} more addresses are not listed here.")] if len(served) > SHOWN else []
        if len({one.state for one in served}) > 1:
            found.append(("bad", "The addresses do not all show the same; until they do, some calls fail with either certificate (endpoint.inconsistent)."))
        begins = new.read.not_before
        if begins and begins > self.rollover.at:
            found.append(("warn", f"The new one is valid from {begins:%Y-%m-%d %H:%M} UTC on; agree on a time after that."))
        return tuple(found)

    def _switch(self, new: Certificate) -> tuple[Remark, ...]:
        found: list[Remark] = list(self._pinned(new))
        if not self.rollover.listing:
            return (*found, ("open", "Whether the chain is trusted is not known: the list of authorities was not given."))
        for addresses, verdict in self.rollover.connections:
            found.append(self._connection(verdict, f"What {', '.join(addresses[:SHOWN])} sends"))
        if not self.rollover.connections:
            found.append(self._expected())
        if self.rollover.hangs_on_clash:
            found.append(
                ("bad", "That rests on an entry of the list whose display name another one has too; which of them counts cannot be seen from outside.")
            )
        return tuple(found)

    def _pinned(self, new: Certificate) -> tuple[Remark, ...]:
        served = self.rollover.served
        if not served:
            return (("open", "Whether the endpoint presents exactly this certificate was not looked at."),)
        wrong = next((one for one in served if one.leaf is not None and one.state != "new"), None)
        if wrong is None or wrong.leaf is None:
            seen = [one for one in served if one.leaf is not None]
            return (
                (("good", f"{_places(seen)} {'presents' if len(seen) == 1 else 'present'} exactly the new certificate now."),)
                if seen
                else (("open", "No certificate was seen."),)
            )
        found: list[Remark] = [("bad", f"Chosen now, every call to {wrong.address} fails: {self.rules.refused_text or 'it is not the expected certificate'}")]
        mine, its = new.read.subject, wrong.leaf.read.subject
        if mine and its and mine.key == its.key:
            found.append(("warn", "Both have the same subject, so that the message shows no difference. Compare:"))
            found.append(("warn", f"New: {_identity(new)}"))
            found.append(("warn", f"Served: {_identity(wrong.leaf)}"))
        return tuple(found)

    def _expected(self) -> Remark:
        """What can be said of the connection while the new certificate is not served yet."""
        best = self.rollover.with_issuers
        if self._alone:
            return ("good", "The list leads to the new certificate whatever is sent behind it: the connection trusts its chain.")
        if best is not None and trusts(best):
            between = self.rollover.whole_chain.links[1:] if self.rollover.whole_chain else ()
            titles = " and ".join(f'"{title(one)}"' for one in between if one not in self.rollover.authorities) or "its issuers"
            return ("warn", f"The connection trusts its chain only if the endpoint sends {titles} with it; import that, and it does not depend on it.")
        if not self._known:
            return ("open", "Whether the connection trusts its chain depends on what the endpoint sends with it: the issuer was not seen.")
        says = best.says if best else ""
        return ("bad", f"The connection will fail: the list does not lead to the new certificate. {says}".strip())

    def _connection(self, verdict: StackVerdict, what: str) -> Remark:
        if trusts(verdict):
            expired = [one for one in verdict.tolerated if one.why.value == "expired"]
            note = f' (its anchor "{title(expired[0].about)}" has expired, which Java does not look at)' if expired else ""
            return ("good", f"{what} is trusted with the list alone{note}: the connection accepts it, whatever the page shows.")
        return ("bad", f"{what} is not trusted with the list alone: {verdict.says or 'nothing leads to an entry of it'}")

    def _switched(self) -> tuple[Remark, ...]:
        served, ready = self.rollover.served, self.rollover.connections
        good = bool(served) and all(one.state == "new" for one in served) and all(trusts(verdict) for _, verdict in ready)
        state: Remark = (
            ("good", "The certificate is equal, and its chain is trusted.")
            if good
            else ("open", "The certificate is not equal everywhere yet, or its chain is not trusted.")
        )
        return (state, ("do", "Look again with the command at the end, and then send a test message: the probe sends none."))

    def _own_after(self) -> tuple[Remark, ...]:
        return (
            (
                "do",
                "Send the certificate, without its key, to every partner. Whether the endpoint accepts it: probe check with --cert and --password-env.",
            ),
        )

    def _clean(self) -> tuple[Remark, ...]:
        all_of = self.rollover
        old = all_of.present
        if old is None or old == all_of.new:
            return (("open", "The certificate before it was neither named nor seen."),)
        named = f'"{title(old)}" ({_dates(old)})'
        if not all_of.served:
            return (("open", f"Whether {named} is still needed was not looked at."),)
        still = [one for one in all_of.served if one.leaf == old]
        if still:
            return (("warn", f"{named} is still needed: {_places(still)} {'serves' if len(still) == 1 else 'serve'} it."),)
        if any(one.leaf is None for one in all_of.served):
            return (("open", f"{named} was not seen any more, but not every address showed a certificate."),)
        found: list[Remark] = [
            ("good", f"{named} is not served any more. It can be deleted when no connection references it; until then the answer is: {self.rules.delete_text}")
        ]
        before = [one for one in all_of.way(old).links[1:] if one in all_of.authorities]
        now = frozenset(one for way in (all_of.whole_chain,) if way for one in way.links)
        only = [f'"{title(one)}"' for one in before if one not in now]
        if only:
            found.append(
                (
                    "open",
                    f"{' and '.join(only)} in the list led only to the old one here. Whether another partner's certificate needs that cannot be seen.",
                )
            )
        return tuple(found)


def _issuer(one: Certificate) -> str:
    """What is known of an issuer that is missing, as the product shows it."""
    issuer = one.read.issuer
    if issuer is None:
        return "an issuer that cannot be read"
    parts = [f"Distinguished Name {issuer.text}"]
    for word, label in (("Organization", "O"), ("OU", "OU")):
        value = next((value for short, value in issuer.attributes if short == label), "")
        parts += [f"{word} {value}"] if value else []
    return ", ".join(parts)


def _identity(one: Certificate) -> str:
    return f"Serial {serial_text(one.read.serial)}, {_dates(one)}, {_prints(one)}, SHA-256 {fingerprint(one)}."


def _prints(one: Certificate) -> str:
    return f"SHA-1 {fingerprint(one, 'sha1')} and MD5 {fingerprint(one, 'md5')}"


def _dates(one: Certificate) -> str:
    begin, end = one.read.not_before, one.read.not_after
    return f"{begin:%Y-%m-%d} to {end:%Y-%m-%d}" if begin and end else "dates that cannot be read"


def _clash(some: tuple[Listed, ...]) -> str:
    which = "; ".join(f'{one.place} ("{title(one.certificate)}", {_dates(one.certificate)})' for one in some[:4])
    return f'{len(some)} entries have the display name "{some[0].name}", and overwrite each other when the list is used: only one of them counts. {which}.'


def _names(some: tuple[Listed, ...]) -> str:
    return ", ".join(f'"{one.name}"' for one in some[:4])


def _places(some: list[Shown]) -> str:
    return ", ".join(one.address or "no address" for one in some[:SHOWN]) + (f" and {len(some) - SHOWN} more" if len(some) > SHOWN else "")
