"""Files of a client certificate that the probe reads, and programs that are built on OpenSSL refuse: they never come as far as the server."""

import shlex

from probe.case.case import Case
from probe.causes.words import Effect, Evidence, Finding
from probe.facts.certificate import title
from probe.facts.identity import Identity, Unloadable

OPENSSL = "openssl"
PROGRAMS = "Programs that are built on OpenSSL, as curl, Python and nginx,"


def unloadable(case: Case, kinds: tuple[str, ...], actions: tuple[str, ...]) -> Finding | None:
    """The finding about what OpenSSL does not load of these kinds: where the server asks for a certificate, it stops the programs that are built on it.

    Others may read the file as the probe does. Where the server goes on without one, such a program does not come that far either.
    """
    identity = case.observation.identity
    found = tuple(one for one in identity.unloadable if one.what in kinds) if identity else ()
    if identity is None or not found or identity.own is None:
        return None
    concerned = case.client.requested and any(one.name == OPENSSL for one in case.stacks)
    return Finding(
        effect=Effect.BREAKS if concerned else Effect.NOTE,
        stacks=case.stopped((OPENSSL,)) if concerned else (),
        summary=" ".join(sentence(identity, one) for one in found),
        about=(identity.own,),
        evidence=tuple(Evidence(says=f'OpenSSL says of {_file(identity, one)}: "{one.words}".', at="/identity/unloadable") for one in found),
        values=(("certificate", f'"{title(identity.own)}"'),),
        actions=actions,
    )


def sentence(identity: Identity, one: Unloadable) -> str:
    """What such programs do with the file, and what they say."""
    file = _file(identity, one)
    if one.what == "order":
        return (
            f"The first certificate and the first key in {file} do not belong together; the probe looked for those that do. {PROGRAMS} take the first ones "
            f'and refuse the key ("{one.words}", curl: "unable to set private key file").'
        )
    theirs = "could not load PEM client certificate" if one.what == "certificate" else "unable to set private key file"
    return f'{PROGRAMS} do not read {file} as it is ("{one.words}", curl: "{theirs}"); the probe did.'


def _file(identity: Identity, one: Unloadable) -> str:
    if one.what == "order" and identity.key_source not in ("", identity.source):
        return f"{identity.source} and {identity.key_source}"
    return identity.key_source if one.what == "key" else identity.source


def own_certificate(case: Case) -> str:
    """The beginning of a command that reads the client's own certificate from the user's file; what is to be printed of it follows."""
    file = shlex.quote(case.target.cert).replace("{", "{{").replace("}", "}}")
    identity = case.observation.identity
    return f"openssl pkcs12 -in {file} -nokeys -clcerts | openssl x509" if identity and identity.kind == "pkcs12" else f"openssl x509 -in {file}"
