"""One procedure under way: the authority's file, the gateway, what was said so far, and how far it came."""

from collections.abc import Callable
from dataclasses import field, replace
from pathlib import Path

from probe.capture.store_password import StorePassword
from probe.case.registration import compared
from probe.case.registration.authority import examine
from probe.case.registration.progress import at_gateway, with_, without
from probe.case.registration.remarks import Remark, note, ok, problem
from probe.facts.noun import noun
from probe.facts.registration import Listed, Progress, Registered
from probe.jobs.check import stores
from probe.jobs.insights_hub.api import Api
from probe.jobs.insights_hub.files import Held, can_keep, held, keep, now, progress_of
from probe.jobs.insights_hub.gateway import Gateway
from probe.jobs.insights_hub.place import Place
from probe.jobs.insights_hub.token import Token
from probe.protocols.https import HIDDEN
from probe.protocols.login import Login
from probe.report.procedure import Block, Procedure


@noun
class Access:
    """How the API is reached: where, with which token, which password opens the trust store, who is told what is being done, the login for a proxy."""

    place: Place
    token: Token
    password: StorePassword | None = None
    progress: Callable[[str], None] = lambda _text: None
    login: Login | None = field(default=None, repr=False)


class Session:
    """Steps share this; each notes what it found, and the procedure is what was noted."""

    def __init__(self, title: str, access: Access) -> None:
        self.title = title
        self.access = access
        self.remarks: list[Remark] = list(access.place.remarks)
        self.api = Api(Gateway(access.place, stores(access.place.target, access.password), access.token, access.progress, access.login), self.remarks)
        self.authority: Held | None = None
        self._progress: Progress | None = None

    def open(self, path: Path) -> bool:
        """Read and examine the authority; whether nothing speaks against it. Raises ``Unusable``."""
        self.authority = held(path)
        self._progress = progress_of(self.authority, self.remarks)
        found = examine(self.authority.certificates, self.authority.keys, now(), str(path))
        self.remarks += found
        return not any(one.state == "problem" for one in found)

    def token_ended(self) -> bool:
        """Whether the token says that its time is over; then nothing is sent."""
        end = self.access.token.ends
        if end is None or end > now():
            return False
        self.remarks.append(problem(f"The token says that it ended on {end:%Y-%m-%d %H:%M} UTC. Nothing was sent.", "Get a new one."))
        return True

    @property
    def known(self) -> Registered | None:
        """What is known of this authority at this gateway."""
        return at_gateway(self._progress, self.access.place.name) if self._progress else None

    def ready_to_keep(self) -> None:
        """Find out before anything is sent whether the progress can be written down. Raises ``Unusable``."""
        if self.authority is not None:
            can_keep(self.authority.path)

    def reached(self, stage: str, name: str, identifier: str = "") -> None:
        """Write down how far it came. Raises ``Unusable``."""
        if self.authority is None or self._progress is None:
            return
        step = Registered(gateway=self.access.place.name, name=self._hidden(name), stage=stage, id=identifier)
        if self.known != step:
            self._progress = with_(self._progress, step)
            keep(self.authority.path, self._progress)

    def forget(self) -> None:
        """Write down that nothing was begun at this gateway after all. Raises ``Unusable``."""
        if self.authority is not None and self._progress is not None and self.known is not None:
            self._progress = without(self._progress, self.access.place.name)
            keep(self.authority.path, self._progress)

    def find(self, every: tuple[Listed, ...], identifier: str = "") -> Listed | None:
        """Which of the listed authorities is ours; what is noted says why there is none, or how sure it is."""
        if self.authority is None:
            return None
        found = compared.place(every, self.authority.own, self.known, identifier)
        if len(found) > 1:
            which = "; ".join(compared.described(one, now()) for one in found)
            self.remarks.append(problem(f"Several authorities of the tenant could be this one: {which}.", "Name the right one with --id."))
            return None
        if not found:
            return None
        one = found[0]
        by_id = bool(identifier) or (self.known is not None and self.known.id == one.id)
        if not by_id:
            how = "End and common name agree; the API tells no fingerprint, so this is likely and not proven."
            self.remarks.append(note(f"It is there as {compared.described(one, now())}. {how}"))
        else:
            self.remarks.append(ok(f"It is there as {compared.described(one, now())}."))
        return one

    def _hidden(self, text: str) -> str:
        """A text without the token: an answer may repeat it, in a spelling of JSON that is not seen in its bytes."""
        value = self.access.token.value
        return text.replace(value, HIDDEN.decode()) if value else text

    def procedure(self, *blocks: Block, rows: tuple[tuple[str, ...], ...] = (), columns: tuple[str, ...] = ()) -> Procedure:
        """What there is to say until now."""
        return Procedure(
            title=self.title,
            remarks=tuple(replace(one, says=self._hidden(one.says), next_step=self._hidden(one.next_step)) for one in self.remarks),
            columns=columns,
            rows=tuple(tuple(self._hidden(cell) for cell in row) for row in rows),
            blocks=blocks,
            connection=self.api.connection,
            interrupted=self.api.interrupted,
        )
