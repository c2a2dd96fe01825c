"""What the causes of inspected files share: sentences about places, and commands for the files themselves."""

import shlex

from probe.case.files import Place
from probe.causes.words import Evidence
from probe.facts.certificate import Certificate, title
from probe.facts.files import InspectedFile

NAMED = 3
"""Files or certificates that a sentence names; the evidence has more."""
LISTED = 8
"""Files that one command lists."""
MOST = 20
"""Pieces of evidence of one finding."""


def quoted(path: str) -> str:
    """A file as a shell takes it, in a text that is still to be formatted."""
    return shlex.quote(path if not path.startswith("-") else f"./{path}").replace("{", "{{").replace("}", "}}")


def several(names: tuple[str, ...]) -> str:
    """Some names in a sentence, and how many more there are."""
    shown = [f"{one}" for one in names[:NAMED]]
    more = len(names) - len(shown)
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 2 else shown)


def titled(one: Certificate) -> str:
    """A certificate in a sentence, with the day on which it was issued, by which two of one name are told apart."""
    day = f" of {one.read.not_before:%Y-%m-%d}" if one.read.not_before else ""
    return f'"{title(one)}"{day}'


def of_places(places: tuple[Place, ...], says: str = "") -> tuple[Evidence, ...]:
    """One piece of evidence for each place."""
    return tuple(Evidence(says=f"{one.words}{': ' if says else ''}{says}.", at=one.at) for one in places[:MOST])


def is_archived(file: InspectedFile) -> bool:
    """Whether it is an entry of an archive or came through a pipe, so that no other program opens it under this name."""
    return file.piped or not file.named and ": " in file.path


def listing(files: tuple[InspectedFile, ...]) -> str:
    """The command that lists subjects and issuers of PEM files in their order, "" when there is none."""
    paths = tuple(dict.fromkeys(one.path for one in files if one.kind == "pem" and not is_archived(one) and any(entry.certificate for entry in one.entries)))
    named = " ".join(f"-certfile {quoted(one)}" for one in paths[:LISTED])
    return f"openssl crl2pkcs7 -nocrl {named} | openssl pkcs7 -print_certs -noout" if named else ""
