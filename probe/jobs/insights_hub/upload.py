"""Uploading the authority: looked at before, looked for before, compared after, and never done twice."""

from pathlib import Path

from probe.case.registration import compared, requests
from probe.case.registration.authority import common_name
from probe.case.registration.progress import SENT, UPLOADED, VERIFIED
from probe.case.registration.remarks import done, note, ok, problem, stopped
from probe.facts.registration import Listed
from probe.facts.unusable import Unusable
from probe.jobs.insights_hub.files import now, word
from probe.jobs.insights_hub.session import Access, Session
from probe.jobs.insights_hub.shown import shown
from probe.report.procedure import Procedure

TITLE = "Uploading the authority"
NAME = 200
SURE = range(400, 500)
"""Answers after which it is sure that nothing was made; 408 is none of them."""
TIMEOUT_STATUS = 408
COLUMNS = ("id", "name", "common name", "ends", "verified")


def upload(path: Path, name: str, access: Access, dry_run: bool = False) -> Procedure:
    """Upload the authority in ``path`` under a name ("": its CN). Raises ``Unusable`` for files that cannot be used."""
    session = Session(TITLE, access)
    good = session.open(path)
    if session.authority is None:
        return session.procedure()
    own = session.authority.own
    name = _name(name or common_name(own) or path.stem)
    if not good:
        session.remarks.append(note("Nothing was sent."))
        return session.procedure()
    if dry_run:
        place = access.place
        wanted = (requests.listing(place.registration, place.prefix), requests.upload(place.registration, place.prefix, name, own))
        session.remarks.append(note("Nothing was sent: these are the requests, the second only if the list has room for it."))
        return session.procedure(*(shown(one, place, access.token) for one in wanted))
    if session.token_ended():
        return session.procedure()
    session.ready_to_keep()
    every = session.api.authorities()
    if every is None:
        return session.procedure()
    there = session.find(every)
    if there is not None:
        return _there_already(session, there)
    if stopped(session.remarks):
        return session.procedure()
    if session.known is not None and session.known.id:
        session.remarks.append(note(f"It had been uploaded before (id {session.known.id}), and is not there any more."))
    limit = access.place.registration.limit
    if full := compared.room(every, limit, now()):
        session.remarks.append(full)
        return session.procedure()
    session.remarks.append(ok(f"The tenant has {_counted(every, limit)}."))
    return _sent(session, name)


def list_(path: Path | None, access: Access, dry_run: bool = False) -> Procedure:
    """List the authorities of the tenant; with ``path`` also say which of them the file is. Raises ``Unusable``."""
    session = Session("Authorities of the tenant", access)
    place = access.place
    if path is not None:
        session.open(path)
    if dry_run:
        session.remarks.append(note("Nothing was sent."))
        return session.procedure(shown(requests.listing(place.registration, place.prefix), place, access.token))
    if session.token_ended():
        return session.procedure()
    every = session.api.authorities()
    if every is None:
        return session.procedure()
    session.remarks.append(ok(f"{place.name} lists {_counted(every, place.registration.limit)}."))
    at = now()
    for one in every:
        if one.expiration and one.expiration <= at:
            session.remarks.append(note(f"{compared.described(one, at)} takes part in the limit, though it is expired."))
        elif one.verified is False:
            says = f"{compared.described(one, at)}: no agent is let in by it until it is verified."
            session.remarks.append(note(says, "probe insights-hub ca verify FILE"))
    if path is not None and (there := session.find(every)) is None and not stopped(session.remarks):
        session.remarks.append(problem(f"The authority in {path} is not among them.", f"Upload it: probe insights-hub ca upload {word(path)}"))
    elif path is not None and there is not None:
        session.remarks += compared.told(there, session.authority.own) if session.authority else ()
    return session.procedure(rows=compared.rows(every), columns=COLUMNS)


def _counted(every: tuple[Listed, ...], limit: int) -> str:
    return f"{len(every)} of at most {limit} authorities" if limit else f"{len(every)} authorit{'y' if len(every) == 1 else 'ies'}"


def _name(name: str) -> str:
    if not name.strip() or len(name) > NAME or not name.isprintable():
        raise Unusable(f"--name takes 1 to {NAME} visible characters.", "Write a name by which the authority is recognised in the tenant.")
    return name.strip()


def _there_already(session: Session, there: Listed) -> Procedure:
    """It was uploaded before, perhaps by a run whose answer nobody got."""
    if session.authority is None:
        return session.procedure()
    found = compared.told(there, session.authority.own)
    session.remarks += found
    if stopped(found):
        return session.procedure()
    session.reached(VERIFIED if there.verified else UPLOADED, there.name, there.id)
    session.remarks.append(done("It is uploaded already; nothing was sent.", "" if there.verified else _next(session)))
    return session.procedure()


def _sent(session: Session, name: str) -> Procedure:
    if session.authority is None:
        return session.procedure()
    # Written down before it goes out: when the answer gets lost, the next run knows that there may be something to find.
    session.reached(SENT, name)
    made = session.api.upload(name, session.authority.own)
    if made is None:
        status = session.api.status
        if session.api.connection is not None or (status is not None and status in SURE and status != TIMEOUT_STATUS):
            session.forget()
        return session.procedure()
    session.reached(UPLOADED, name, made.id)
    found = compared.told(made, session.authority.own)
    session.remarks += found
    if stopped(found):
        return session.procedure()
    says = f'Uploaded as "{name}": its id is {made.id}. It is not verified yet, and no agent is let in by it until it is.'
    session.remarks.append(done(says, _next(session)))
    return session.procedure()


def _next(session: Session) -> str:
    return f"Prove that you have its key: probe insights-hub ca verify {word(session.authority.path) if session.authority else 'FILE'}"
