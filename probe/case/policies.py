"""Certificate policies along a path (RFC 5280 section 6.1): does a CA ask for a policy that the chain does not carry?"""

from functools import lru_cache

from probe.facts import der
from probe.facts.certificate import Certificate, is_self_issued, title
from probe.facts.noun import noun

ANY = "2.5.29.32.0"
"""anyPolicy (RFC 5280 section 4.2.1.4)."""
MAX_PATH = 64
"""Certificates of a path that is looked at; the clients that check policies take far fewer."""
MAX_POLICIES = 256
"""Policies and mappings of one certificate that are read; real ones have one to five."""
_CARRIED, _MAPPED, _CONSTRAINED, _INHIBITED = "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"


@noun
class Unmet:
    """At link ``at`` no policy is left, though one is asked for; ``fact`` says by whom, if it is known."""

    at: int
    fact: str


@noun
class _Said:
    """What one certificate says of policies: those it carries, (issuer's, subject's) policies that are the same, and after how many CAs a rule begins."""

    carried: frozenset[str] = frozenset()
    mapped: tuple[tuple[str, str], ...] = ()
    explicit_after: int | None = None
    no_mapping_after: int | None = None
    no_any_after: int | None = None


def unmet(path: tuple[Certificate, ...]) -> Unmet | None:
    """Walk a path (end-entity first, without the anchor) as RFC 5280 does where every policy is welcome; ``None`` if nothing stands against it.

    Only the set of policies that are still valid is kept, not the tree: it is empty exactly when the tree is. Extensions that cannot be read count as
    absent, and paths longer than ``MAX_PATH`` are not looked at.
    """
    if len(path) > MAX_PATH or all(_said(one).explicit_after is None for one in path):
        return None
    explicit = mapping = any_policy = len(path) + 1
    valid: frozenset[str] = frozenset({ANY})
    asked_by: Certificate | None = None
    for at in range(len(path) - 1, -1, -1):
        said, own_issuer = _said(path[at]), is_self_issued(path[at])
        fitting = frozenset(one for one in said.carried if one != ANY and (one in valid or ANY in valid))
        allowed = ANY in said.carried and (any_policy > 0 or (at > 0 and own_issuer))
        valid = fitting | valid if allowed else fitting
        if explicit <= 0 and not valid:
            return _unmet(path, at, asked_by)
        if at == 0:
            before = explicit
            explicit = 0 if said.explicit_after == 0 else max(explicit - 1, 0)
            asked_by = path[at] if said.explicit_after == 0 and before > 0 else asked_by
            break
        valid = _through(valid, said.mapped, mapping > 0)
        if not own_issuer:
            explicit, mapping, any_policy = max(explicit - 1, 0), max(mapping - 1, 0), max(any_policy - 1, 0)
        if said.explicit_after is not None and said.explicit_after < explicit:
            explicit, asked_by = said.explicit_after, path[at]
        mapping = min(mapping, mapping if said.no_mapping_after is None else said.no_mapping_after)
        any_policy = min(any_policy, any_policy if said.no_any_after is None else said.no_any_after)
    return _unmet(path, 0, asked_by) if explicit <= 0 and not valid else None


def _unmet(path: tuple[Certificate, ...], at: int, asked_by: Certificate | None) -> Unmet:
    who = f'"{title(asked_by)}" asks for' if asked_by else "A CA asks for"
    return Unmet(at=at, fact=f'{who} a certificate policy (policyConstraints) that "{title(path[at])}" does not carry on; some clients check that.')


def _through(valid: frozenset[str], mapped: tuple[tuple[str, str], ...], allowed: bool) -> frozenset[str]:
    """The policies by their names in the next domain (RFC 5280 section 6.1.4 b); where mapping is not allowed, those that would be mapped end."""
    renamed = frozenset(issuers for issuers, _ in mapped)
    into = frozenset(subjects for issuers, subjects in mapped if issuers in valid or ANY in valid)
    return (valid - renamed) | (into if allowed else frozenset())


@lru_cache(maxsize=4096)
def _said(certificate: Certificate) -> _Said:
    values = {one.oid: one.value for one in certificate.read.extensions}
    try:
        carried = frozenset(_oid(values[_CARRIED], fields[0]) for fields in _rows(values.get(_CARRIED)))
        mapped = tuple((_oid(values[_MAPPED], fields[0]), _oid(values[_MAPPED], fields[1])) for fields in _rows(values.get(_MAPPED)))
        rules = dict[int, int]()
        if data := values.get(_CONSTRAINED):
            rules = {one.tag: der.integer(der.content(data, one)) for one in der.children(data, der.expect(der.whole(data), der.SEQUENCE, "the rules"))}
        inhibited = values.get(_INHIBITED)
        no_any = der.integer(der.content(inhibited, der.expect(der.whole(inhibited), der.INTEGER, "the number"))) if inhibited else None
    except (ValueError, IndexError):
        return _Said()
    return _Said(carried=carried, mapped=mapped, explicit_after=rules.get(0x80), no_mapping_after=rules.get(0x81), no_any_after=no_any)


def _rows(data: bytes | None) -> tuple[tuple[der.Item, ...], ...]:
    """The fields of each entry of a sequence of sequences; empty without data. Raises ``ValueError``."""
    if not data:
        return ()
    outer = der.expect(der.whole(data), der.SEQUENCE, "the list")
    return tuple(tuple(der.children(data, der.expect(one, der.SEQUENCE, "an entry"))) for one in der.children(data, outer)[:MAX_POLICIES])


def _oid(data: bytes, one: der.Item) -> str:
    return der.oid(der.content(data, der.expect(one, der.OBJECT_IDENTIFIER, "a policy")))
