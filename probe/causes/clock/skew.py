"""The clock of this machine and that of the server differ.

Certificates are valid from one moment to another, and each side takes the time from its own clock. A machine whose
clock is wrong refuses good certificates as not yet valid or expired. Typical are freshly started virtual machines,
devices with an empty battery and containers on a suspended laptop.

Clients say: "certificate is not yet valid" or "certificate has expired"; OpenSSL 4 adds "or the system clock is
incorrect".
"""

from datetime import timedelta

from probe.case.altered import server_time
from probe.case.case import Case
from probe.case.path import Why
from probe.causes.shown import Shown
from probe.causes.words import Cause, Certainty, Effect, Evidence, Finding, Owner

CAUSE = Cause(
    title="The clocks of client and server differ",
    owner=Owner.CLIENT,
    actions=("correct-clock",),
    references=("RFC 9110 section 6.6.1", "RFC 5280 section 4.1.2.5"),
    explains=("chain.not-yet-valid", "trust.anchor-expired"),
)
SHOWN_BY = Shown(
    commands=("date -u; curl -gksSi --max-time 10 {url}",), shows="The Date line that curl prints is far from the time of this machine, which stands above it."
)
TOLERATED = timedelta(minutes=5)


def judge(case: Case) -> Finding | None:
    """The server's Date differs by more than five minutes. It breaks when a certificate is "not yet valid" here and valid by the server's clock."""
    one = case.exchange
    said = server_time(case)
    if one is None or said is None or case.target.at is not None:
        return None
    try:
        here = case.observation.taken_at + timedelta(seconds=one.started + one.took)
    except OverflowError:
        return None  # a saved file with a time that no clock shows
    ahead = said - here
    if abs(ahead) <= TOLERATED:
        return None
    direction = "behind" if ahead > timedelta(0) else "ahead of"
    evidence = [Evidence(says=f"The server said {said:%Y-%m-%d %H:%M:%S} UTC when it was {here:%Y-%m-%d %H:%M:%S} UTC here.", at=case.pointer(one))]
    early = tuple(met for met in case.refusing(Why.NOT_YET_VALID) if met[0].about.read.not_before and met[0].about.read.not_before <= said)
    if early:
        return Finding(
            effect=Effect.BREAKS,
            certainty=Certainty.LIKELY,
            summary=f"The clock of this machine is {_span(ahead)} {direction} the server's; by the server's clock the certificate is valid.",
            about=tuple(dict.fromkeys(met[0].about for met in early)),
            evidence=tuple(evidence),
            alternatives=(
                (
                    "chain.not-yet-valid",
                    "If this machine's clock is right, the certificate was installed too early. timedatectl or w32tm /query /status tells.",
                ),
            ),
        )
    return Finding(effect=Effect.RISKS, summary=f"The clock of this machine is {_span(ahead)} {direction} the server's.", evidence=tuple(evidence))


def _span(difference: timedelta) -> str:
    seconds = abs(difference.total_seconds())
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {word}{'s' if count != 1 else ''}"
    return f"{seconds:.0f} seconds"
