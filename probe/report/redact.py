"""A report without the names in it: every internal name, address, file and number gets a pseudonym, certificates and raw bytes are left out.

What decides stays: verdicts, causes, dates, ports, versions, key kinds, and how things belong together.
"""

import re
from base64 import b64encode
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from ipaddress import ip_address
from typing import Any

from probe.facts.observation import Observation, Vantage
from probe.report import Report, Result
from probe.report.originals import SHORTEST, Originals
from probe.report.pseudonyms import KNOWN

KEPT = {
    "FoundText": {"code", "title", "stacks"},
    "ControllerRow": {"ldaps", "starttls", "ends", "fits", "fits_domain", "sends", "catalog", "tone"},
    "Headline": {"code", "title"},
    "Candidate": {"code"},
    "NotObserved": {"code"},
    "RemedyText": {"action", "for_code", "proof"},
    "RemedyStep": {"platform"},
    "StackVerdict": {"stack", "title"},
    "CertificateText": {"standing", "marks", "key", "signature"},
    "ChainBox": {"tone", "edge_tone"},
    "ChainText": {"end"},
    "FileText": {"form", "tone"},
    "EntryText": {"kind", "tone", "valid"},
    "TimelineBar": {"label", "tone"},
    "TimelineEvent": {"tone", "says"},
    "Evidence": {"at"},
    "Target": {"protocol", "tls_min", "tls_max", "stack", "revocation", "client_auth"},
    "Observation": {"probe", "libraries", "unfinished"},
    "Result": {"defects"},
    "ChoiceText": {"kind"},
    "StackSays": {"stack", "title"},
    "PlatformText": {"platform"},
    "Program": {"kind"},
    "ReadStore": {"reader", "stack", "setting", "tone"},
    "Side": {"verdict", "stacks"},
    "Row": {"label"},
    "Checklist": {"made_by"},
    "Group": {"direction"},
    "Item": {"id"},
    "Fault": {"code", "title"},
}
"""Fields that hold words of our own only; everything else is looked through."""

LEFT_OUT = "left out"
EVASIVE = "(left out: it could not be freed of names)"
LONG = 8
"""Characters from which on an original is also looked for in the middle of other text, and in hex and base64."""

_PARTS = re.compile(
    r"(?P<v6>(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4})(?:%\w+)?(?![\w:])(?!\.\w))"
    r"|(?P<word>(?<!\w)(?:\*\.)?\w[\w-]*(?:\.[\w-]+)*)"
)


def redact(report: Report) -> Report:
    """The report under pseudonyms, the same ones in all its results. It holds no certificate, no raw bytes and no observation to replay."""
    words = Words(report, tuple(one.observation for one in report.results))
    results = tuple(_result(one, words) for one in report.results)
    return Report(results=results, made_by=report.made_by, redacted=True, domain=words.walk(report.domain))


def _result(result: Result, words: "Words") -> Result:
    certificates = tuple(replace(one, pem="", sha1=LEFT_OUT, md5=LEFT_OUT, serial=words.serial(one.serial)) for one in result.certificates)
    made: Result = words.walk(replace(result, certificates=certificates, observation=bare(result.observation)))
    said = "names, addresses, files and numbers are pseudonyms; certificates and raw data are left out"
    return replace(made, circumstances=(*made.circumstances, ("Redacted", said)))


def bare(observation: Observation) -> Observation:
    """When, with what and for which target it was seen, and nothing of what was seen."""
    return Observation(
        probe=observation.probe,
        libraries=observation.libraries,
        taken_at=observation.taken_at,
        took=observation.took,
        vantage=Vantage(host=observation.vantage.host),
        target=replace(observation.target, pin=None, also_pins=(), uploaded=None, on_file=None),
        unfinished=observation.unfinished,
    )


class Words:
    """Replaces every original in a text, in one pass, the longest first.

    ``shown`` is the noun whose texts are to be replaced, ``observations`` are what it rests on, ``places`` further hosts of which it tells,
    ``files`` further files.
    """

    def __init__(
        self,
        shown: object,
        observations: tuple[Observation, ...],
        places: tuple[str, ...] = (),
        files: tuple[str, ...] = (),
    ) -> None:
        self.originals = Originals(observations, places)
        self.originals.also(files)
        self.given, made = self.originals.pseudonyms()
        whole = "\0".join(_texts(shown)).lower()
        # Most originals never reach the report (fingerprints in other forms, stores' entries): only the others are worth a search in each text.
        self.made = {text: made[text] for text in sorted(made, key=len, reverse=True) if text.lower() in whole}
        self.lower = {text.lower(): pseudonym for text, pseudonym in self.made.items() if len(text) >= LONG}
        self.short = {text: word.label for text, word in self.originals.found.items() if text in self.made and (len(text) < SHORTEST or word.label == "DC")}
        self.domains = {".".join(one.split(".")[-2:]) for one in self.originals.hosts if "." in one}
        self.hidden = _hidden({*self.originals.hosts, *(one for one, pseudonym in made.items() if pseudonym != one and not self._common(one))}, whole)

    def _common(self, text: str) -> bool:
        """Whether a word may well be a part of ours: the bare name of a file, a number."""
        return text.isdigit() or (self.originals.found[text].kind == "file" and "/" not in text)

    def walk(self, value: Any, kept: bool = False) -> Any:
        """The value with every text in it replaced and every byte gone."""
        if isinstance(value, Enum) or value is None:
            return value
        if isinstance(value, str):
            return value if kept else self(value)
        if isinstance(value, bytes):
            return b""
        if isinstance(value, tuple):
            return tuple(self.walk(one, kept) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            names = KEPT.get(type(value).__name__, set())
            changed: dict[str, Any] = {one.name: self.walk(getattr(value, one.name), one.name in names) for one in fields(value)}
            return type(value)(**changed | ({"path": None} if type(value).__name__ == "StackVerdict" else {}))
        return value

    def serial(self, text: str) -> str:
        """A serial number of any length: a short one is not looked for elsewhere."""
        return self.made.get(text) or (self.given.number("serial", text) if re.fullmatch(r"-?[0-9A-F:]+", text) else text)

    def __call__(self, text: str) -> str:
        """The text under pseudonyms."""
        if text in self.made:
            return self.made[text]
        lower = text.lower()
        here = [one for one in self.made if one.lower() in lower]
        pattern = "|".join((*(_alternative(one, self.short.get(one)) for one in here), _PARTS.pattern))
        made = re.sub(pattern, self._one, text)
        return EVASIVE if any(one in made.lower() for one in self.hidden) else made

    def _one(self, found: re.Match[str]) -> str:
        text = found[0]
        if text in self.made:
            return self.made[text]
        if text.lower() in self.lower:
            return self.lower[text.lower()]
        with suppress(ValueError):
            address = ip_address(text.partition("%")[0])
            return self.given.address(address) if address in self.originals.addresses else text
        name = text.lower()
        bare = name.removeprefix("*.")
        if name in self.originals.hosts or bare in self.originals.hosts or ".".join(bare.split(".")[-2:]) in self.domains:
            return self.given.host(text)
        return text


def _alternative(word: str, label: str | None) -> str:
    """The pattern of one word: not inside of another, and if it is too short to be told from other words, only behind its label."""
    if label is not None:
        return rf"(?<=\b{re.escape(label)}=){re.escape(word)}(?![\w-])" if label else r"(?!)"
    before = r"(?<!\w)(?<!\w[.-])" if word[0].isalnum() else ""
    after = r"(?!\w)(?![.-]\w)" if word[-1].isalnum() else ""
    return f"{before}(?i:{re.escape(word)}){after}" if len(word) >= LONG else f"{before}{re.escape(word)}{after}"


def _texts(value: Any) -> list[str]:
    """Every text of a report; the observations are not among what is shown."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for one in value for text in _texts(one)]
    if is_dataclass(value) and not isinstance(value, Observation | type):
        return [text for one in fields(value) for text in _texts(getattr(value, one.name))]
    return []


def _hidden(originals: set[str], whole: str) -> tuple[str, ...]:
    """What must be nowhere, in no form, in lower case; of those only what the report had."""
    forms = {form.lower() for one in originals if len(one) >= LONG and one not in KNOWN for form in (one, *_encoded(one))}
    return tuple(sorted(one for one in forms if one in whole))


def _encoded(text: str) -> tuple[str, ...]:
    """Hex, and the part of base64 that does not depend on what stands before and behind, for each of the three places that a text can begin at."""
    data = text.encode("utf-8", "backslashreplace")
    cores = tuple(b64encode(b"\0" * lead + data)[4 if lead else 0 : -4].decode() for lead in range(3))
    return (data.hex(), data.hex(":"), data.hex(" "), *(one for one in cores if len(one) >= LONG))
