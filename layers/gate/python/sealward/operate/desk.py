"""The desk: takes a request, proves who sent it, does it once, answers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, assert_never

from notation_verifier.values import dataclass
from sealward.events import Hint
from sealward.findings import Place
from sealward.operate.pausing import pause, resume, tell_pauses, waiting
from sealward.operate.proofs import Caller, CallerIdentities, read_proof
from sealward.operate.refusals import NotDone
from sealward.operate.releases import release
from sealward.operate.requests import (
    SCHEMA,
    BadRequest,
    Command,
    Request,
    read_request,
)
from sealward.overrides import Used
from sealward.ports.failures import Conflict, Denied, PortError
from sealward.ports.ledger import Ledger
from sealward.ports.look_queue import LookQueue
from sealward.ports.security_hub import SecurityHub
from sealward.proposals import Approval
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from sealward.look.telling.floods import Floods

NOT_PROVEN: Final = "not-proven"


class Journal(Protocol):
    """Where it is written down what was asked and what came of it."""

    def __call__(self, message: str, *, done: bool, **fields: str) -> None:
        """Write one line."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The ports a request needs."""

    ledger: Ledger
    queue: LookQueue
    hub: SecurityHub
    identities: CallerIdentities
    place: Place
    audience: str
    """ARN of the function: a request for another one is none."""
    journal: Journal
    now: Callable[[], datetime]
    """The clock: aware, UTC."""
    floods: "Floods | None" = None
    """Repositories over their share; None: nobody tidies them."""

    def answer(self, payload: object) -> dict[str, Any]:
        """Do what ``payload`` asks, if it may be; return what is said of it.

        Raises:
            PortError: something outside did not answer; what was done is remembered.
        """
        caller: Caller | None = None
        request: Request | None = None
        try:
            request, caller = self._proven(payload)
            said, looks = self._do(request, caller)
        except BadRequest as error:
            return self._refused("bad-request", str(error), request, caller)
        except NotDone as error:
            return self._refused(error.code, str(error), request, caller)
        except PortError as error:
            # Part of it may be done: no outage takes a person's name out of the log.
            self._refused("unfinished", str(error), request, caller)
            raise
        self.journal(
            "operated",
            done=True,
            command=request.command.value,
            by=caller.arn,
            nonce=request.nonce,
            repository=request.repository,
            digest=request.digest,
            proposal=request.proposal,
            reason=request.reason,
        )
        self._look(looks)
        return {
            "schema": SCHEMA,
            "done": True,
            "by": caller.arn,
            "nonce": request.nonce,
            "said": said,
        }

    def tidy(self) -> int:
        """Tell of pauses that ended, and look at what waited; return how many ended.

        What Security Hub has not heard of the breaker, it is told as well; and the end
        of floods.

        Raises:
            PortError: the ledger did not answer; the next time does it.
        """
        # For the schedule only: no request needs what a look needs.
        from sealward.look.settling.breaker import tell_trip  # noqa: PLC0415

        tell_trip(self.ledger, self.hub, self.place)
        ended = tell_pauses(self.ledger, self.hub, self.place, now=self.now())
        for each in ended:
            self._look(waiting(self.ledger, each.repository))
        if self.floods is not None:
            self.floods.tidy()
        return len(ended)

    def _proven(self, payload: object) -> tuple[Request, Caller]:
        """Return the request and who sent it.

        Raises:
            BadRequest: it is none, or not for here and now.
            NotDone: nobody is proven, or somebody of another account.
            Unavailable: AWS STS did not answer.
        """
        if not isinstance(payload, Mapping) or payload.keys() != {"request", "proof"}:
            raise BadRequest("payload", "its members are not request and proof")
        request = read_request(
            payload["request"], audience=self.audience, now=self.now()
        )
        proof = read_proof(payload["proof"], region=self.place.region)
        try:
            caller = self.identities.caller(request.text, proof)
        except Denied as error:
            raise NotDone(
                NOT_PROVEN, f"AWS STS does not know who signed this request: {error}"
            ) from error
        if caller.account != self.place.account:
            raise NotDone(
                NOT_PROVEN,
                f"{caller.arn} is of another account: assume a role in "
                f"{self.place.account}",
            )
        return request, caller

    def _do(self, request: Request, caller: Caller) -> tuple[str, Sequence[SubjectKey]]:
        now = self.now()
        try:
            self.ledger.use(
                Used(nonce=request.nonce, by=caller.arn, at=now, request=request.text)
            )
        except Conflict as error:
            raise NotDone("replayed", "this request was taken before") from error
        looks: Sequence[SubjectKey] = ()
        match request.command:
            case Command.SIGN | Command.BREAK_GLASS:
                looks, said = release(self.ledger, request, caller, now=now)
            case Command.PAUSE:
                said = pause(self.ledger, request, caller, now=now)
                self._tell(now)
            case Command.RESUME:
                looks, said = resume(self.ledger, request, now=now)
                self._tell(now)
            case Command.ANSWER:
                said = self._say(request, caller, now)
            case _:
                assert_never(request.command)
        return said, looks

    def _say(self, request: Request, caller: Caller, now: datetime) -> str:
        """Remember what a person says of a proposal; looks obey it.

        Raises:
            NotDone: there is no such proposal.
        """
        if all(each.id != request.proposal for each in self.ledger.proposals()):
            raise NotDone("no-proposal", f"there is no proposal {request.proposal}")
        self.ledger.approve(
            Approval(
                proposal_id=request.proposal,
                answer=request.answer,
                by=caller.arn,
                at=now,
                until=now + request.lasts,
                repositories=request.repositories,
                digests=request.digests,
                reason=request.reason,
            )
        )
        return f"{request.proposal}: {request.answer.value} by {caller.arn}"

    def _tell(self, now: datetime) -> None:
        # The pause stands in the ledger: what is not told now is told when tidying.
        with suppress(PortError):
            tell_pauses(self.ledger, self.hub, self.place, now=now)

    def _look(self, keys: Sequence[SubjectKey]) -> None:
        for key in keys:
            # What is not sent is due in the ledger.
            with suppress(PortError):
                self.queue.later(
                    Hint(
                        account=self.place.account,
                        region=self.place.region,
                        repository=key.repository,
                        digest=key.digest,
                    ),
                    timedelta(0),
                )

    def _refused(
        self, code: str, why: str, request: Request | None, caller: Caller | None
    ) -> dict[str, Any]:
        self.journal(
            "refused",
            done=False,
            code=code,
            why=why,
            command=request.command.value if request else "",
            by=caller.arn if caller else "",
            nonce=request.nonce if request else "",
            repository=request.repository if request else "",
            digest=request.digest if request else "",
        )
        return {"schema": SCHEMA, "done": False, "code": code, "said": why}
