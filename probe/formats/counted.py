"""What client stacks make of a key store: who cannot load it, and what Java does not count of one that it loads. Compared with the real programs. Sans I/O.

Java is the default trust manager of OpenJDK 17 and 25 with ``javax.net.ssl.trustStore``; ``tests/formats/test_counted.py`` asks the one of this machine.
"""

from dataclasses import replace

from probe.facts.certificate import Certificate
from probe.facts.trust import Refused
from probe.formats.keystore import Entry, KeyStore
from probe.formats.loaders import CONVERTIBLE, NO_ACCESS, Overlooked

_ANCHORS = ("trusted", "own")
"""The kinds of entries that Java's default trust manager counts (``sun.security.validator.TrustStoreUtil``)."""
_UNMARKED = "has the mark of a trusted certificate, which keytool writes and openssl pkcs12 -export -nokeys does not"


def store_refusals(store: KeyStore) -> tuple[Refused, ...]:
    """Give the stacks that do not load a key store as it is."""
    found = tuple(replace(one, convertible=True) for one in CONVERTIBLE[store.kind])
    damaged = next((one for one in store.skipped if not one.other), None)
    if damaged is None or store.kind not in ("jks", "pkcs12"):
        return found
    # Java gives the whole store up at the first certificate that it cannot read.
    return (*found, Refused(stack="java", why=f"{damaged.where} is damaged, and it gives up the whole store for that", words=NO_ACCESS))


def overlooked(store: KeyStore, empty_password: bool) -> tuple[Overlooked, ...]:
    """What Java's default trust manager does not count of a store that it loads with its password; ``empty_password`` when that is the empty one."""
    if store.kind not in ("jks", "jceks", "pkcs12"):
        return ()
    counted: dict[str, Certificate] = {}
    whys: dict[str, None] = {}
    for number, one in enumerate(store.entries):
        if empty_password and one.sealed:
            whys["it is sealed with an empty password, which -Djavax.net.ssl.trustStorePassword cannot give"] = None
        elif one.kind not in _ANCHORS:
            whys[f"{_which(store, one)} {_UNMARKED}" if one.kind == "bare" else "of a private key's chain it counts only the first certificate"] = None
        else:
            # Java takes an alias for the same in capitals; a later entry replaces an earlier one. One without an alias gets a number.
            name = one.alias.lower() or f"\0{number}"
            if name in counted:
                whys["two entries have the same alias, of which it keeps the last"] = None
            counted[name] = one.certificate
    kept = frozenset(counted.values())
    missing = dict.fromkeys(one.certificate for one in store.entries if one.certificate not in kept)
    return (Overlooked(stack="java", why=next(iter(whys)), certificates=tuple(missing)),) if missing else ()


def _which(store: KeyStore, one: Entry) -> str:
    return "none of its entries" if all(other.kind == "bare" for other in store.entries) else f"not every entry ({one.where} is the first without)"
