"""Logging in with a provider, and linking what somebody is there to their account."""

import json
from dataclasses import asdict, dataclass, field

from shared.base import audit, clock, logs
from shared.base.audit import Action
from shared.base.errors import InvalidInputError, InvalidTokenError, NotFoundError, UnavailableError
from shared.base.failures import count, forgiveness
from shared.base.sealing import seal
from shared.base.settings import setting
from shared.domains.accounts.errors import (
    AddressKnownError,
    AddressUnverifiedError,
    FlowError,
    OthersIdentityError,
    WrongCodeError,
)
from shared.domains.accounts.model import Credentials, Device, Edition, Entrance, Identity, User
from shared.domains.accounts.rules import oauth as rules
from shared.domains.accounts.rules.devices import noted
from shared.domains.accounts.rules.lockout import locks_of
from shared.domains.accounts.rules.names import email_key, email_problems
from shared.domains.accounts.rules.profiles import shown_name, shown_picture
from shared.domains.accounts.service import noticing, second_factor
from shared.domains.accounts.service.entering import refuse_locked
from shared.domains.accounts.service.issuing import logged_in, new_session
from shared.domains.accounts.service.newcomers import newcomer
from shared.domains.accounts.service.second_factor import counting
from shared.domains.accounts.store import identities
from shared.domains.accounts.store.identities import IdentityStore, Known
from shared.domains.accounts.store.rows import user_key
from shared.domains.accounts.store.sessions import additions
from shared.domains.accounts.store.writes import CODE, SPENT, TAKEN, Write, write_all
from shared.providers.oauth.google import Google
from shared.providers.oauth.port import Flow, Person, RefusedError, Tokens

TRIES = 8


@dataclass(frozen=True)
class Arrival:
    """Somebody who came back from a provider.

    caller_id  the user who is logged in, "" when nobody is
    mfa_code   "" when none was sent
    """

    flow: Flow
    identity: Identity
    person: Person
    tokens: Tokens
    caller_id: str
    device: Device
    mfa_code: str


@dataclass(frozen=True)
class Decision:
    """Whose account it is, and the writes that make it so; whether they make the account."""

    holder: Credentials
    writes: list[Write] = field(default_factory=list)
    is_new: bool = False


class OAuthService:
    """Logins with providers."""

    def __init__(self, store: IdentityStore) -> None:
        """Use `open()`."""
        self._store = store

    @classmethod
    def open(cls) -> "OAuthService":
        """The stage's."""
        return cls(IdentityStore.open())

    def begin(self, provider: str, redirect_uri: str | None, caller_id: str) -> tuple[str, str]:
        """Where to send a browser, and the state that it must come back with; nothing is kept of it.

        NotFoundError for a provider that the stage has not, InvalidInputError for an address that it does not allow.
        """
        client, allowed = _client(provider), _redirect_uris()
        wanted = redirect_uri or allowed[0]
        if wanted not in allowed:
            raise InvalidInputError.of("redirect_uri", "This address is not one of the stage's oauth_redirects")
        key = rules.flow_key(client.client_secret)
        flow = rules.new_flow(key, provider, wanted, caller_id, clock.now())
        return client.authorization_url(flow), flow.state

    def enter(
        self, provider: str, code: str, state: str, caller_id: str, device: Device, mfa_code: str | None
    ) -> Entrance:
        """Begin a session for who comes back with a code; for a caller, link the identity to their account as well.

        FlowError for a state that is not good for this, or was used, and for what the provider does not stand for.
        ConflictError where it is not clear whose account it is. A second factor is asked for as at any login.
        """
        client = _client(provider)
        key = rules.flow_key(client.client_secret)
        flow = rules.flow_of(key, state, provider, _redirect_uris(), caller_id, clock.now())
        if flow is None:
            raise FlowError
        try:
            person, tokens = client.exchange(code, flow)
        except RefusedError as error:
            logs.log_exception("a login with a provider is refused", error, provider=provider)
            raise FlowError from error
        identity = Identity(provider, person.subject)
        return self._enter(Arrival(flow, identity, person, tokens, caller_id, device, mfa_code or ""))

    def _enter(self, arrival: Arrival) -> Entrance:
        locks = locks_of(arrival.identity.name, arrival.device.address)
        key = user_key(arrival.caller_id) if arrival.caller_id else _address_key(arrival.person)
        for _ in range(TRIES):
            known = self._store.known(arrival.identity, key, locks)
            decision = _decide(arrival, known)
            holder = decision.holder
            entrance, writes = _session(arrival, holder)
            factor = _second_factor(arrival, holder, known)
            remembered = (
                [] if decision.is_new else noticing.remembered(holder, arrival.device, user_key(holder.user.id))
            )
            refused = write_all([*writes, *factor, *decision.writes, *remembered])
            if not refused:
                return entrance
            if refused == SPENT:
                raise FlowError
            if refused == CODE:
                count(known.counts)
                raise WrongCodeError
        raise UnavailableError("Too many people register at this moment")


def _client(provider: str) -> Google:
    if (client := Google.open(provider)) is None:
        raise NotFoundError("Nobody can log in with this provider here")
    return client


def _redirect_uris() -> list[str]:
    return setting("OAUTH_REDIRECTS").split(",")


def _address_key(person: Person) -> str:
    """The row that says who has a person's address; one that is none names a row that cannot exist."""
    return f"email#{person.subject}" if email_problems(person.email) else email_key(person.email)


def _decide(arrival: Arrival, known: Known) -> Decision:
    caller_id, identity = arrival.caller_id, arrival.identity
    if known.owner_id:
        if caller_id not in ("", known.owner_id):
            raise OthersIdentityError
        # noted again, so that nobody enters an account that is closed at this moment
        return Decision(_present(known, known.owner_id), [identities.noted(known.owner_id, identity)])
    if caller_id:
        return _linked(_present(known, caller_id), identity, if_verified=False)
    if not arrival.person.email_verified or email_problems(arrival.person.email):
        raise AddressUnverifiedError
    if known.is_kept:
        raise AddressKnownError
    holder = next(iter(known.users.values()), None)
    if holder is None:
        user, devices = _newcomer(arrival.person), noted(None, arrival.device, clock.now())
        made = [*identities.account(user, identity, devices), _told(user.id, identity)]
        return Decision(Credentials(user, ""), made, is_new=True)
    if not holder.user.email_verified:
        raise AddressKnownError
    return _linked(holder, identity, if_verified=True)


def _present(known: Known, user_id: str) -> Credentials:
    if user_id not in known.users:
        raise InvalidTokenError("This account is gone")
    return known.users[user_id]


def _linked(holder: Credentials, identity: Identity, *, if_verified: bool) -> Decision:
    user_id = holder.user.id
    return Decision(holder, [*identities.link(user_id, identity, if_verified=if_verified), _told(user_id, identity)])


def _told(user_id: str, identity: Identity) -> Write:
    entry = audit.entry(Action.IDENTITY_LINKED, user_id, actor=user_id, provider=identity.provider)
    return TAKEN, entry


def _session(arrival: Arrival, holder: Credentials) -> tuple[Entrance, list[Write]]:
    """A session of Studio and the sealed tokens, as they are told and as they are kept; the state goes first."""
    identity, tokens, user = arrival.identity, arrival.tokens, holder.user
    session, jti = new_session(user.id, Edition.STUDIO, arrival.device)
    entered = logged_in(user, session, jti)  # before anything is written, since the key may be out of reach
    sealed = seal(json.dumps(asdict(tokens)), rules.place_of_tokens(user.id, identity.provider))
    begun = audit.entry(Action.SESSION_BEGUN, user.id, actor=user.id, session=session.id, provider=identity.provider)
    writes = [
        identities.spending(rules.state_hash(arrival.flow), rules.ends_at(arrival.flow)),
        identities.grant(user.id, identity, sealed, clock.timestamp(), lasting=bool(tokens.refresh_token)),
        *((TAKEN, write) for write in (*additions(session, noticing.told(holder, arrival.device)), begun)),
    ]
    return Entrance(entered.user, entered.tokens, sealed), writes


def _second_factor(arrival: Arrival, holder: Credentials, known: Known) -> list[Write]:
    """What uses the code of an account up that has a second factor; a caller has shown theirs at their login.

    Failures count for the identity, which its owner alone can show, so nobody else locks them out.
    """
    if not holder.mfa_secret or arrival.caller_id:
        return []
    refuse_locked(known.counts, list, arrival.device)
    with counting(known.counts):
        spent = second_factor.check(holder, arrival.mfa_code)
    return [(CODE, write) for write in (*spent, forgiveness(next(iter(known.counts))))]


def _newcomer(person: Person) -> User:
    picture = shown_picture(person.picture)
    return newcomer(person.email, name=shown_name(person.name), picture=picture, email_verified=True)
