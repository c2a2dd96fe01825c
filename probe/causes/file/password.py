"""A file or a key in it is locked, and the password is missing or wrong.

Everything that stands in the clear is reported all the same: a JKS store shows its certificates without a password, a PKCS #12 file in most cases nothing.

Clients say: OpenSSL "Mac verify error: invalid password?" or "bad decrypt", Java "keystore password was incorrect", curl "unable to set private key file",
nginx "SSL_CTX_use_PrivateKey() failed ... bad decrypt", Windows "The password you entered is incorrect".
"""

from probe.case.case import Case
from probe.causes.filed import MOST, is_archived, quoted
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="The password is missing or wrong",
    owner=Owner.USER,
    actions=("give-password",),
    references=("RFC 7292 section 5", "RFC 5958 section 3"),
)
COMMANDS = {"pkcs12": "openssl pkcs12 -info -noout -in {}", "jks": "keytool -list -keystore {}", "jceks": "keytool -list -storetype JCEKS -keystore {}"}
"""They ask for the password, so that it is the reader's own that is tried, and stands in no list of processes."""
SUMMED = ("jks", "jceks")


def shown_by(case: Case, finding: Finding) -> Shown:
    """Without the right password no program opens it."""
    found = next((one for one in _locked(case) if not is_archived(case.files.every[one[0]])), None)
    if found is None:
        return Shown(why_not="The file is an entry of an archive, or came through a pipe.")
    file = case.files.every[found[0]]
    command = COMMANDS.get(file.kind, "openssl pkey -noout -in {}").format(quoted(file.path))
    return Shown(
        commands=(command,),
        shows="It asks for the password: type the one that you have. If that is not right, it says so, or that it could not decrypt.",
    )


SHOWN_BY = shown_by


def judge(case: Case) -> Finding | None:
    """Stores and keys that did not open."""
    found = _locked(case)
    if not found:
        return None
    says = " ".join(one[1] for one in found[:3]) + (f" So {'is' if len(found) == 4 else 'are'} {len(found) - 3} more." if len(found) > 3 else "")
    named = any(case.files.every[one[0]].named for one in found)
    # The check sum of Java's own stores covers the password and the content at once: which of the two is wrong it does not tell.
    unsure = all(case.files.every[one[0]].kind in SUMMED and case.files.every[one[0]].problem == "password-wrong" for one in found)
    return Finding(
        effect=Effect.BREAKS,
        # Of what lies about locked in a folder nobody knows whether it is a fault; it could not be looked at.
        certainty=Certainty.POSSIBLE if not named else Certainty.LIKELY if unsure else Certainty.PROVEN,
        summary=says,
        evidence=tuple(Evidence(says=text, at=at) for _, text, at in found[:MOST]),
    )


def _locked(case: Case) -> tuple[tuple[int, str, str], ...]:
    """The number of each file, a sentence, and where it is."""
    found = []
    for number, file in enumerate(case.files.every):
        if file.problem.startswith("password"):
            other = ", or was altered or damaged: its check sum does not fit" if file.problem == "password-wrong" and file.kind in SUMMED else ""
            found.append((number, f"{file.path} {_why(file.problem)}{f', {file.why}' if file.why else other}.", f"/files/{number}"))
            continue
        for place, entry in enumerate(file.entries):
            if entry.problem.startswith("password"):
                where = "" if entry.where == "the file" else f" ({entry.where})"
                found.append((number, f"The private key in {file.path}{where} {_why(entry.problem)}.", f"/files/{number}/entries/{place}"))
    return tuple(found)


def _why(problem: str) -> str:
    return "is locked, and no password was given" if problem == "password-missing" else "does not open with the password that was given"
