"""Looking at an authority without a network."""

from pathlib import Path

from probe.capture.identity import Password
from probe.case.registration.authority import examine
from probe.case.registration.progress import SENT, VERIFIED
from probe.case.registration.remarks import Remark, note, ok
from probe.formats import keys
from probe.jobs.insights_hub.files import held, is_there, key_beside, now, progress_of, with_key, word
from probe.report.procedure import Procedure


def check(path: Path, key: Path | None, password: Password) -> Procedure:
    """Can it be registered, does the key fit, and how far did its registration come? Raises ``Unusable``."""
    found = held(path)
    remarks: list[Remark] = list(examine(found.certificates, found.keys, now(), str(path)))
    place = key or (key_beside(path) if is_there(key_beside(path)) and key_beside(path) != path else None)
    if place is None:
        remarks.append(note("Whether its private key is at hand was not looked at.", "Name the key with --key FILE."))
    else:
        credential = with_key(path, place, password)[1]
        remarks.append(ok(f"The private key in {place} belongs to it ({keys.described(credential.key)})."))
    progress = progress_of(found, remarks)
    for one in progress.registered:
        if one.stage == VERIFIED:
            remarks.append(ok(f'Noted here: verified at {one.gateway} as "{one.name}" (id {one.id}).'))
        elif one.stage == SENT:
            says = f'Noted here: uploading it to {one.gateway} as "{one.name}" was begun, and no answer came.'
            remarks.append(note(says, f"Run it again, it looks first: probe insights-hub ca upload {word(path)}"))
        else:
            says = f'Noted here: uploaded to {one.gateway} as "{one.name}" (id {one.id}), not verified yet.'
            remarks.append(note(says, f"probe insights-hub ca verify {word(path)}"))
    return Procedure(title=f"Authority in {path}", remarks=tuple(remarks))
