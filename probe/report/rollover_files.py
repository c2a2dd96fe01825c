"""What is said of the files of an exchange: the one that the partner sent, and the own certificate."""

from probe.case.choices import is_root
from probe.case.rollover import Rollover
from probe.facts.certificate import Certificate, title
from probe.facts.files import Entry, InspectedFile
from probe.report.advice import Remark
from probe.report.certificates import serial_text

KINDS = {"pem": "PEM", "der": "DER"}
"""The forms that are taken."""
OTHERS = {"pkcs7": "PKCS #7", "base64": "base64 without BEGIN and END lines", "pkcs12": "PKCS #12", "jks": "a JKS store", "jceks": "a JCEKS store"}
LOCKED = ("password-missing", "password-wrong")
NAMED = 4


def file_remarks(rollover: Rollover) -> tuple[Remark, ...]:
    """Whether the partner's file can be uploaded, and what it is beside the certificate before it."""
    file, new = rollover.file, rollover.new
    if file is not None and new is None and file.problem in LOCKED:
        kind = OTHERS.get(file.kind, file.kind)
        says = f"{file.path} is {kind} behind a password; a PEM or DER file with one certificate is taken. Take the certificate out of it"
        return (("bad", f"{says}, and never upload a store that may hold a private key."),)
    if file is None or new is None:
        looks = f": it looks like {file.looks_like}" if file and file.looks_like else f": {file.why}" if file and file.why else ""
        return (("bad", f"{file.path if file else 'The file'} holds no certificate{looks}. It may be stored all the same; do not upload it."),)
    return (*_form(rollover, file, new), *_itself(rollover, new), *_difference(rollover, new))


def _form(rollover: Rollover, file: InspectedFile, new: Certificate) -> list[Remark]:
    found: list[Remark] = []
    kind = KINDS.get(file.kind)
    different = tuple(dict.fromkeys(rollover.held))
    if rollover.files > 1:
        found.append(("bad", f"{rollover.files} files were sent; only one certificate can be uploaded at a time. Name the one that is meant."))
    elif kind is None:
        found.append(
            ("bad", f"{file.path} is {OTHERS.get(file.kind, file.kind)}; a PEM or DER file with one certificate is taken. Take the certificate out of it.")
        )
    elif len(rollover.held) == 1:
        found.append(("good", f"{file.path} holds exactly one certificate, in {kind}."))
    else:
        wrong = _is_authority(new)
        rest = ", ".join(f'"{title(one)}"' for one in different[1 : NAMED + 1]) or "the same once more"
        lost = f'{file.path} holds {len(rollover.held)} certificates, and only the first is read: {"an authority, " if wrong else ""}"{title(new)}"'
        what = "Upload a file with the endpoint's own certificate alone" if wrong else "Upload the first alone, and the authorities to their own list"
        found.append(("bad" if wrong else "warn", f"{lost}. The rest is lost without a word ({rest}). {what}."))
    if file.keys:
        found.append(("bad", f"{file.path} holds a private key, which must never leave its owner: the partner has to make a new key and a new certificate."))
    found += [("warn", f"{one.where}: {one.why}; whether it is read was not verified.") for one in file.odd[:2]]
    return found


def _is_authority(one: Certificate) -> bool:
    return one.read.is_ca is True


def _itself(rollover: Rollover, new: Certificate) -> list[Remark]:
    read, at = new.read, rollover.at
    found: list[Remark] = []
    if _is_authority(new) and len(rollover.held) == 1 and not (is_root(new) and any(one.leaf == new for one in rollover.served)):
        found.append(("bad", f'"{title(new)}" is an authority\'s certificate (CA:TRUE), not the one of an endpoint; it belongs into the list of authorities.'))
    if read.not_after and read.not_after < at:
        found.append(("bad", f"It expired on {read.not_after:%Y-%m-%d}."))
    elif read.not_before and read.not_before > at:
        found.append(
            ("warn", f"It is valid only from {read.not_before:%Y-%m-%d %H:%M} UTC on, until {read.not_after:%Y-%m-%d}." if read.not_after else "Not valid yet.")
        )
    elif read.not_before and read.not_after:
        found.append(("good", f"It is valid from {read.not_before:%Y-%m-%d} to {read.not_after:%Y-%m-%d}."))
    else:
        found.append(("open", "Its dates cannot be read."))
    found.append(_names(rollover, new))
    kind = read.key.kind if read.key else ""
    size = f" {read.key.bits}" if read.key and read.key.bits else ""
    if kind in ("RSA", "EC"):
        found.append(("good", f"Its key is {kind}{size}."))
    else:
        found.append(("warn", f"Its key is {kind or 'of a kind that cannot be read'}; whether Java takes that in a handshake depends on its version."))
    return found


def _names(rollover: Rollover, new: Certificate) -> Remark:
    from probe.case.names import compare

    names = (*new.read.dns_names, *new.read.ip_addresses)
    shown = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    wanted = rollover.observation.target.name
    if not wanted:
        return ("open", f"It is for {shown or title(new)}; no endpoint was named to compare that with.")
    if compare(wanted, new).matches:
        return ("good", f"It is for {wanted}.")
    return ("warn", f"It is not for {wanted} but for {shown or title(new)}. The product does not compare names; newer versions and proxies may.")


def _difference(rollover: Rollover, new: Certificate) -> list[Remark]:
    old = rollover.present
    if rollover.unread_present:
        says = f"{rollover.unread_present} holds no certificate, so that what is on file already is not known from it."
        return [("warn", says)]
    if old is None:
        return [("open", "The certificate before it was neither named nor seen, so that it is not known what changes.")]
    if old == new:
        return [("warn", "It is the very certificate that is on file already: nothing changes.")]
    mine, its = new.read, old.read
    key = "with the same key" if mine.key and its.key and mine.key.spki == its.key.spki else "with a new key"
    same_issuer = mine.issuer and its.issuer and mine.issuer.key == its.issuer.key
    text = its.issuer.text if its.issuer else "?"
    issuer = "by the same issuer" if same_issuer else f"by another issuer ({mine.issuer.text if mine.issuer else '?'}; before: {text})"
    if same_issuer and mine.authority_key_id and its.authority_key_id and mine.authority_key_id != its.authority_key_id:
        issuer = "by an issuer of the same name with another key: the list needs its new certificate"
    lost = sorted({*its.dns_names, *its.ip_addresses} - {*mine.dns_names, *mine.ip_addresses})
    found: list[Remark] = [("good" if same_issuer else "warn", f"It differs from the present one: renewed {key}, {issuer}.")]
    if mine.not_before and its.not_before and mine.not_before < its.not_before:
        found.append(("warn", f"It was issued on {mine.not_before:%Y-%m-%d}, before the present one ({its.not_before:%Y-%m-%d}): is it the right file?"))
    if lost:
        found.append(("warn", f"It no longer has {', '.join(lost[:NAMED])}."))
    return found


def proposal(rollover: Rollover, one: Certificate) -> str:
    """A display name with the date of issue; where that is taken, with the end of the serial number too."""
    plain = "".join(each if each.isprintable() and each not in '"<>' else " " for each in title(one))[:80].strip()
    day = f" {one.read.not_before:%Y-%m-%d}" if one.read.not_before else ""
    name = f"{plain}{day}"
    namesakes = [other for other in (rollover.new, rollover.present, *rollover.lacking) if other is not None and other != one]
    twice = any(title(other) == title(one) and other.read.not_before and f" {other.read.not_before:%Y-%m-%d}" == day for other in namesakes)
    if rollover.taken(name, one) or twice:
        return f"{name} {serial_text(one.read.serial)[-5:]}"
    return name


def own_remarks(rollover: Rollover) -> tuple[Remark, ...]:
    """Whether the own certificate's file can be used."""
    found: list[Remark] = []
    for file in rollover.own:
        keys = [one for one in file.entries if one.kind == "key"]
        held = tuple(dict.fromkeys(one.certificate for one in file.entries if one.certificate is not None))
        if file.problem or any(one.problem for one in keys):
            found.append(("open", f"{file.path} could not be opened: give its password with --password-env NAME."))
            continue
        found.append(("good", f"{file.path} is PKCS #12.") if file.kind == "pkcs12" else ("bad", f"{file.path} is no PKCS #12, which is what is taken here."))
        found.append(("good", "It has exactly one private key.") if file.keys == 1 else ("bad", f"It has {file.keys} private keys; exactly one is wanted."))
        if file.keys == 1 and keys:
            found += _own_chain(rollover, held, keys[0])
    return tuple(found)


def _own_chain(rollover: Rollover, held: tuple[Certificate, ...], key: Entry) -> list[Remark]:
    mine = next((one for one in held if one.read.key and one.read.key.spki == key.public), None)
    if mine is None:
        return [("bad", "The key belongs to none of its certificates.")]
    found: list[Remark] = [("good", f'The key belongs to "{title(mine)}".')]
    if mine.read.not_after and mine.read.not_after < rollover.at:
        found.append(("bad", f"It expired on {mine.read.not_after:%Y-%m-%d}."))
    issuers = {one.read.subject.key for one in held if one.read.subject and one != mine}
    inside = is_root(mine) or (mine.read.issuer is not None and mine.read.issuer.key in issuers)
    issuer = mine.read.issuer.text if mine.read.issuer else "?"
    found.append(
        ("good", "Its chain is inside.") if inside else ("bad", f"Its chain is not inside: the issuer {issuer} is missing, so that partners cannot be sent it.")
    )
    if mine.read.key and mine.read.key.kind != "RSA":
        found.append(("warn", f"Its key is {mine.read.key.kind}; requests made in NEXUSe2e itself are for RSA only."))
    return found
