"""The ledger: record commands, and ask for figures at any date, as known at any date.

Decides: how a command becomes entries (load, decide, save; again if another writer was
faster), what is sealed, and how a question about knowledge becomes an index of the log.
Refuses to know: the rules themselves (see `action` and `plan`), and how anything is shown.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from random import uniform
from threading import RLock
from time import sleep
from typing import TYPE_CHECKING, Any, Self, cast
from zoneinfo import ZoneInfo

import attrs

from .. import action as actions
from .. import plan as plans
from ..checkpoint import BadCheckpoint, Checkpoint
from ..completion import PARTS, Completion, breakdown, complete, digits_of, figure_of
from ..dates import Instant, day
from ..deltas import ByDay, Deltas
from ..entry import Entry, sealed_in, stream_id
from ..errors import (
    CommandRefused,
    ConcurrentWrite,
    InvalidValue,
    LedgerUnavailable,
    MalformedEntry,
    NotFound,
    Refusal,
)
from ..history import Known, Record, View, together
from ..plan import Plan, Policy
from ..record import Erase, Erased, live
from ..replay import (
    Curve,
    Explanation,
    Reconciliation,
    Revision,
    as_published,
    curve,
    curve_of,
    end_of_day,
    explain,
    known_by,
    reconcile,
    revisions,
)
from ..shown import Shown
from ..text import ActionId, Private, Sealed, SealedText, key
from ..wire import UNSTAMPED, Line
from .append import Append, Clock, Conflict, TakeIn
from .backends import backend
from .collecting import nothing_to_collect
from .kept import Kept
from .outlines import Outlines
from .sealing import Sealer
from .tree import LogTree

if TYPE_CHECKING:
    from .store import Log

Command = actions.Command | plans.Command
KnownAt = Known | Checkpoint | Instant | datetime | date | int | str
_TRIES = 50
_DIGITS = 18  # of an index
_NAMED = 20  # plans, in an error
_SEVERAL = 10  # actions from which on they are read together
_REMEMBERED = 1_000  # plans, and actions, whose state is kept for the next command


def _utc_now() -> datetime:
    return datetime.now(UTC)


@attrs.frozen
class Order:
    """A command and what it is about: a plan's key, or `plan/action`.

    `stated_at` is when the source of an imported history says that it recorded this; `place`
    is the file and line that it comes from, for errors.
    """

    subject: str
    command: Command
    stated_at: Instant | None = None
    place: str | None = None


class Ledger(Shown):
    """One ledger: `create` a file, `open` it, or keep one `in_memory`.

    Recording: `record` and `record_all`. Asking: `figure`, `breakdown`, `curve`, `revisions`,
    `as_published`, `explain`, `reconcile`, `view`, `entries`, `text`. Every question takes
    `known` (default: all that is recorded now) and, where it is about one day, `on` (default:
    today in the territory). A ledger may be used by several threads.

    >>> from bilan_ledger import CreatePlan, Engage, Ledger, Propose, Terms, Territory
    >>> ledger = Ledger.in_memory(recorded_by="Service évaluation")
    >>> terms = Terms(title="Projet", territory=Territory(name="Exempleville"),
    ...               start="2026-01-01", end="2031-12-31")
    >>> _ = ledger.record("demo", CreatePlan(terms=terms))
    >>> _ = ledger.record("demo/A1", Propose(on="2026-01", title="Planter des arbres"))
    >>> _ = ledger.record("demo/A1", Engage(on="2026-03-02"))
    >>> str(ledger.figure("demo", on="2026-04-01").bounds.low)
    '1/1'
    """

    def __init__(
        self,
        log: "Log",
        *,
        place: str | Path | None = None,
        read_only: bool = False,
        recorded_by: str | None = None,
        clock: Clock = _utc_now,
    ) -> None:
        self.place = place
        self.read_only = read_only
        self._log: Log | None = log
        self._recorded_by = recorded_by
        self._clock = clock
        self._lock = RLock()
        self._plans: dict[str, plans.Plan] = {}
        self._actions: dict[ActionId, actions.Action] = {}
        self._length: int | None = None  # of the log for which these states stand, if it is known
        self._current: set[str | ActionId] | None = set()  # those read anew; None: all still stand
        self._outlines = Outlines()
        self._kept = Kept[Record]()
        self._entries: list[Entry] = []  # all of the log, if a question ever needed all of it
        self._size = 0  # of the log, as the question that is being answered sees it
        self.tree = LogTree(self._states)

    # --- opening -----------------------------------------------------------------------------

    @classmethod
    def create(cls, path: str | Path, *, recorded_by: str | None = None) -> Self:
        """Make a new ledger, in a file or at a `postgresql://` address, and open it.

        Raises `LedgerUnavailable` when something is already there, or nothing can be.
        """
        backend(path).create(path)
        return cls.open(path, recorded_by=recorded_by)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        recorded_by: str | None = None,
        read_only: bool = False,
        clock: Clock = _utc_now,
    ) -> Self:
        """Open a ledger file, or the one at a `postgresql://` address.

        `recorded_by` is who records, unless a call says otherwise.

        Raises `LedgerUnavailable` for a missing ledger, what is none, or one of a newer version.
        """
        log = backend(path).open(path, read_only=read_only)
        return cls(log, place=path, read_only=read_only, recorded_by=recorded_by, clock=clock)

    @classmethod
    def in_memory(cls, *, recorded_by: str | None = None, clock: Clock = _utc_now) -> Self:
        """Return a new ledger that lives as long as this object."""
        from .memory import open_memory  # noqa: PLC0415 no store before there is a ledger

        return cls(open_memory(), recorded_by=recorded_by, clock=clock)

    @classmethod
    def with_settings(
        cls,
        settings: Mapping[str, str],
        *,
        texts: str | Path,
        recorded_by: str | None = None,
        clock: Clock = _utc_now,
    ) -> Self:
        """Open a ledger in another store, by eventsourcing's own settings.

        `settings` name its `PERSISTENCE_MODULE` and what that asks for; `texts` is the file for
        texts that may name a person. Less is promised than on SQLite and PostgreSQL: see
        `docs/en/how-to/other-stores.md`.
        """
        from .other import OtherLog  # noqa: PLC0415 no store before there is a ledger

        log = OtherLog(settings, Path(texts))
        log.place = settings.get("PERSISTENCE_MODULE", "eventsourcing.popo")
        return cls(log, place=log.place, recorded_by=recorded_by, clock=clock)

    def close(self) -> None:
        """Close the ledger; further calls raise `LedgerUnavailable`."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def application(self) -> "Log":
        """The eventsourcing application underneath, for those who know that library."""
        if self._log is None:
            raise LedgerUnavailable("ledger-closed")
        return self._log

    # --- recording ---------------------------------------------------------------------------

    def record(
        self,
        subject: str | ActionId,
        *commands: Command,
        stated_at: str | datetime | Instant | None = None,
        recorded_by: str | None = None,
    ) -> tuple[Entry, ...]:
        """Record commands about a plan (its key) or an action (`plan/action`): all or none.

        Returns the entries. Raises `CommandRefused` (nothing was recorded; it names the rule
        and the entries in the way), `InvalidValue` or `LedgerUnavailable`.
        """
        stated = None if stated_at is None else Instant.of(stated_at, "stated_at")
        orders = [Order(str(subject), command, stated) for command in commands]
        return self.record_all(orders, recorded_by=recorded_by)

    def record_all(
        self, orders: Iterable[Order], *, recorded_by: str | None = None
    ) -> tuple[Entry, ...]:
        """Record many commands in one transaction: all or none, decided in their order."""
        by = recorded_by or self._recorded_by
        if by is None:
            raise InvalidValue("recorded-by-missing", field="recorded_by", value="")
        if self.read_only:
            raise LedgerUnavailable("read-only")
        several = list(orders)
        for attempt in range(_TRIES):
            try:
                many = len(several) >= _SEVERAL
                with self._lock, nothing_to_collect() if many else nullcontext():
                    return self._try(several, by, anew=attempt > 0)
            except Conflict:
                # Another writer was faster: what was decided may no longer be right.
                sleep(uniform(0, 0.001 * 2 ** min(attempt, 7)))  # noqa: S311 no secret
        raise ConcurrentWrite("concurrent-write", tries=_TRIES)

    def _try(self, orders: Sequence[Order], recorded_by: str, *, anew: bool) -> tuple[Entry, ...]:
        """Decide and save; what was read and decided before is still so while nobody else writes.

        That nobody does is seen inside the store's write lock; then all is read anew.
        """
        remembered = None if anew else self._length
        self._current = None if remembered is not None else set()
        before = len(self) if remembered is None else remembered
        decided = _Decision(self, expected=remembered)
        try:
            decided.prepare(orders)
            for order in orders:
                decided.decide(order, recorded_by)
        except CommandRefused:
            if remembered is not None and len(self) != remembered:
                raise Conflict from None  # refused by what may no longer be so
            raise
        if not decided.entries:
            return ()
        append = Append(self._clock, decided.sealer.texts, decided.erased, decided.expected)
        self._length = None
        entries = self.application.append(decided.entries, append)
        if entries[0].index == before:
            self._length = entries[-1].index + 1
            self._remember(decided)
        return entries

    def _remember(self, decided: "_Decision") -> None:
        """Keep what was just decided and saved, for the next command."""
        caches: Any = ((self._plans, decided.plans), (self._actions, decided.actions))
        for cache, states in caches:
            if self._current is not None:  # what was not read anew may be older than the log
                for name in cache.keys() - self._current:
                    del cache[name]
            for name, state in states.items():
                cache.pop(name, None)  # the latest come last
                cache[name] = state
            while len(cache) > _REMEMBERED:
                del cache[next(iter(cache))]

    def erase(
        self,
        index: int,
        *,
        reason: str,
        fields: Collection[str] = (),
        recorded_by: str | None = None,
    ) -> Entry:
        """Destroy the texts that an entry commits to, with their salts, and record that.

        `index` is the entry's place in the log; `fields` names the texts (`note`, `reason`,
        `responsible`, `quotation`, `sealed_sha256`, `recorded_by`), by default all of them. The
        entry's bytes stay, so that every proof still holds; what stood behind the commitments
        cannot be guessed, for the salt is gone. Returns the `Erased` entry. Raises `NotFound`
        when there is nothing to erase; `LedgerUnavailable` (`scrub-busy`) when the texts are
        destroyed but other programs keep the store's files from being cleaned: `scrub` then.
        """
        with self.reading() as (entries, _):
            if not 0 <= index < len(entries):
                raise NotFound("no-entry", entry=index)
            entry = entries[index]
        wanted = {each for field, each in sealed_in(entry) if field in (fields or {field})}
        kept = set(self.texts(wanted))
        if not kept:
            raise NotFound("nothing-to-erase", entry=index)
        texts = sorted(kept, key=lambda sealed: sealed.commitment)
        command = Erase(entry=entry.version, texts=texts, reason=reason)
        order = Order(entry.subject, command)
        [erased] = self.record_all([order], recorded_by=recorded_by)
        self.scrub()
        return erased

    def scrub(self) -> None:
        """Remove what erased texts left behind in the store's files; `erase` does it by itself.

        Raises `LedgerUnavailable` (`scrub-busy`) while other programs hold them open.
        """
        self.application.scrub()

    def take_in(
        self, entries: Sequence[Entry], texts: Sequence[SealedText] = (), *, after: int
    ) -> None:
        """Append entries that were recorded elsewhere, bytes and dates as they are; all or none.

        The log must have exactly `after` entries. Nothing is decided again here: see `transfer`,
        which takes in a whole file. Raises `ConcurrentWrite` or `LedgerUnavailable`.
        """
        if self.read_only:
            raise LedgerUnavailable("read-only")
        try:
            with self._lock:
                self._length = None
                self.application.append(entries, TakeIn(self._clock, texts, expected=after))
        except Conflict:
            raise ConcurrentWrite("concurrent-write", tries=1) from None

    def _plan_state(self, name: str) -> plans.Plan:
        """Return a plan as it stands, for a decision; reads only what is newer."""
        if self._is_current(name, self._plans):
            return self._plans[name]
        state = self._plans.get(name, plans.Plan())
        newer = self.application.newer(stream_id(name), state.version)
        for event in _in_order(newer, state.version):
            state = plans.evolve(state, event)
        self._plans[name] = state
        return state

    def _action_state(self, name: ActionId) -> actions.Action:
        """Return an action as it stands, for a decision; reads only what is newer."""
        if self._is_current(name, self._actions):
            return self._actions[name]
        stream = stream_id(name.plan, name.action)
        before = self._actions.get(name)
        with _named(name):
            if before is None:
                state = self.application.load(stream, _fold)
            else:
                state = _fold(self.application.newer(stream, before.version), before)
        self._actions[name] = state
        return state

    def _is_current(self, name: str | ActionId, cache: Container[Any]) -> bool:
        """Whether what is remembered is what is stored, as far as this attempt knows."""
        if self._current is None:
            return name in cache
        known = name in self._current
        self._current.add(name)  # it is read now
        return known

    def _action_states(self, names: Collection[ActionId]) -> dict[ActionId, actions.Action]:
        """Return many actions as stored now, by few questions to the store; none that is known."""
        unknown = {stream_id(n.plan, n.action): n for n in names if n not in self._actions}
        if len(unknown) < _SEVERAL:
            return {}
        found: dict[ActionId, actions.Action] = {}
        streams = self.application.streams(list(unknown))
        for stream, name in unknown.items():
            if stream not in streams:
                found[name] = actions.Action()
                continue
            with _named(name):
                found[name] = _fold(streams[stream])
        return found

    def _lineage(self, plan: str) -> tuple[dict[str, tuple[str, ...]], int]:
        """Return who carries on whom in a plan, and how long the log was that says so."""
        self._look()
        record = self._known_record(plan) or Record(plan)
        known = {
            key: actions.successors(state)
            for key, state in record.actions.items()
            if live(state.statuses)
        }
        return known, self._size

    # --- reading -----------------------------------------------------------------------------

    def __len__(self) -> int:
        """Return how many entries the log has."""
        return self.application.size()

    def __bool__(self) -> bool:
        """Return True: an empty ledger is a ledger."""
        return True

    def refresh(self) -> Iterator[int]:
        """Read what was added to the log since last time; yields how many entries are read.

        Every question does this by itself; call it to show progress on a long log.
        """
        with self._lock:
            self._kept.keep_all()
            while entries := self.application.page(len(self._entries)):
                for entry in entries:
                    if entry.index >= self._kept.reached(entry.plan):
                        self._learn(entry)
                    self._entries.append(entry)
                self._size = len(self._entries)
                yield self._size

    def _learn(self, entry: Entry) -> None:
        record = self._kept.plans.get(entry.plan) or Record(entry.plan)
        if entry.version != len(record.streams.get(entry.action, ())) + 1:
            raise MalformedEntry("row-disagrees", index=entry.index, column="version")
        try:
            record.add(entry)
        except ValueError:
            raise MalformedEntry("row-disagrees", index=entry.index, column="after") from None
        self._kept.plans[entry.plan] = record

    def _states(self, start: int) -> Sequence[bytes]:
        return self.application.states(start)

    def lines(self) -> Iterator[Line]:
        """Yield the log as the store holds it, unchecked: for those who check it themselves."""
        start = 0
        while lines := self.application.lines(start):
            yield from lines
            start = lines[-1].index + 1

    def checkpoint(self, origin: str) -> Checkpoint:
        """Return an unsigned checkpoint of the log as it is now, after reading all of it.

        Raises `MalformedEntry` for a log that should not be signed: its bytes are damaged.
        """
        with self.reading() as (entries, _):
            return self.tree.checkpoint(origin, len(entries))

    @contextmanager
    def reading(self) -> Iterator[tuple[Sequence[Entry], Mapping[str, Record]]]:
        """Give all entries and what they say of each plan, which do not change meanwhile."""
        with self._lock:
            self._sync()
            yield self._entries, self._kept.plans

    @contextmanager
    def reading_parts(
        self,
    ) -> Iterator[tuple[Callable[[int], list[Entry]], Callable[[str], Record]]]:
        """Give two ways to read a part of the log, which does not change meanwhile.

        The first gives the entries after an index, the second what all entries say of a plan.
        """
        with self._lock:
            self._look()
            yield self._after, self._record

    def _after(self, index: int) -> list[Entry]:
        found: list[Entry] = []
        while (start := index + 1 + len(found)) < self._size:
            found += self.application.page(start)[: self._size - start]
        return found

    def entries(
        self, plan: str | None = None, *, after: int = -1, known: KnownAt | None = None
    ) -> tuple[Entry, ...]:
        """Return the entries of the log, or of one plan, after an index, in order."""
        with self._lock:
            if plan is None:
                self._sync()
            else:
                self._look()
            if plan is None and known is None:
                return tuple(self._entries[after + 1 :])
            several = list(self._kept.plans.values()) if plan is None else [self._record(plan)]
            point = self._known(several, known)
            found = [e for r in several for e in r.entries if e.index > after and r.knew(point, e)]
            return tuple(sorted(found, key=lambda entry: entry.index))

    def follow(
        self, *, after: int = -1, poll: float = 0.2, stop: Callable[[], bool] = lambda: False
    ) -> Iterator[Entry]:
        """Yield every entry after an index in the order of the log, and wait for the next ones.

        No entry is skipped, however late it was committed. Keep the index of the last entry
        that was dealt with and start after it next time: each entry comes at least once.
        `poll` is in seconds; `stop` is asked between entries and while waiting.
        """
        while not stop():
            entries = self.application.page(after + 1)
            for entry in entries:
                if stop():
                    return
                yield entry
                after = entry.index
            if not entries:
                sleep(poll)

    def backup(self, path: str | Path) -> int:
        """Copy the ledger file as it is at one moment, also while others write; verify the copy.

        Returns the number of entries in the copy. Raises `LedgerUnavailable` when something is
        already there, when there is no space, or for a ledger that is not in a file.
        """
        from .sqlite import backup_file  # noqa: PLC0415 no database before there is a ledger

        backup_file(self.application, Path(path))
        with type(self).open(path, read_only=True) as copy:
            return len(copy.entries())

    def plans(self) -> tuple[str, ...]:
        """Return the keys of all plans, in the order of their creation."""
        with self._lock:
            found = self.application.plan_keys()
            if found is None:
                self._sync()
                return tuple(self._kept.plans)
            return tuple(found)

    def deltas(self, names: Sequence[str], *, size: int) -> list[Deltas]:
        """Return the deltas of some plans, read from the first entries of the log and not kept.

        For those who go through all plans, a few at a time. Raises `NotFound`.
        """
        outlines = Outlines()
        found = [outlines.of(self.application, name, size) for name in names]
        for one in found:
            if one.plan.created is None:
                raise NotFound("no-plan-known", plan=one.key)
        return found

    def view(self, *names: str, known: KnownAt | None = None) -> View:
        """Return one or several plans (default: all) as believed at a point of knowledge.

        Raises `NotFound` for a plan that the ledger does not hold, or did not know then.
        """
        with self._lock:
            if names:
                self._look()
            else:
                self._sync()
            several = [self._record(name) for name in names or self._kept.plans]
            if not several:
                raise NotFound("no-plan", plan="*", plans="—")
            point = self._known(several, known)
            view = together([record.view(point) for record in several])
        for record in several:
            if record.key not in view.plans:
                raise NotFound("no-plan-known", plan=record.key)
        return view

    def action(self, name: str | ActionId, *, known: KnownAt | None = None) -> actions.Action:
        """Return the state of one action; raises `NotFound`."""
        asked = ActionId.parse(name)
        found = self.view(asked.plan, known=known).actions.get(str(asked))
        if found is None:
            raise NotFound("no-action", action=str(asked))
        return found

    def text(self, sealed: Private | None) -> str | None:
        """Return the text behind a commitment; None if there is none or it was erased."""
        if not isinstance(sealed, Sealed):
            return sealed
        return self.texts([sealed]).get(sealed)

    def texts(self, sealed: Iterable[Sealed]) -> dict[Sealed, str]:
        """Return the texts behind many commitments; those that were erased are missing."""
        wanted = {each.commitment for each in sealed}
        found = self.application.texts(wanted)
        for commitment, kept in found.items():
            if kept.sealed.commitment != commitment:
                raise MalformedEntry("text-disagrees", commitment=commitment)
        return {Sealed(commitment): kept.text for commitment, kept in found.items()}

    def sealed_texts(self, commitments: Collection[str]) -> dict[str, SealedText]:
        """Return what stands behind commitments, unchecked, salts included: for an audit."""
        return self.application.texts(commitments)

    # --- asking ------------------------------------------------------------------------------

    def figure(
        self,
        *names: str,
        on: str | date | None = None,
        known: KnownAt | None = None,
        policy: Policy | None = None,
    ) -> Completion:
        """Return the figure of a plan, or of several taken together, on the end of a day.

        The policy is the (first) plan's own unless one is given.
        """
        with self._lock:
            if outlined := self._outlined(names, known):
                found, plans, last = outlined
                asked = self._day(plans, on)
                policy = policy or next(iter(plans.values())).terms(asked).policy
                adds = digits_of(policy)
                return figure_of(
                    tuple(plans), asked, Known(index=last), policy,
                    sum(one.add_up(asked, last, adds) for one in found),
                    lambda: dict(chain.from_iterable(o.by_action(asked, last) for o in found)),
                )  # fmt: skip
        view = self.view(*names, known=known)
        return complete(view, self._day(view.plans, on), policy)

    def breakdown(
        self,
        *names: str,
        by: str,
        on: str | date | None = None,
        known: KnownAt | None = None,
        policy: Policy | None = None,
    ) -> dict[str | None, Completion]:
        """Return the figure of each part: `by` is axis, theme, tag or responsible."""
        if by not in PARTS:
            raise InvalidValue("choice", field="by", value=by, allowed=", ".join(PARTS))
        view = self.view(*names, known=known)
        return breakdown(view, self._day(view.plans, on), by, policy, texts=self.text)

    def curve(
        self, *names: str, known: KnownAt | None = None, policy: Policy | None = None
    ) -> Curve:
        """Return the figure at each day on which it changes."""
        with self._lock:
            if outlined := self._outlined(names, known):
                found, plans, last = outlined
                policy = policy or next(iter(plans.values())).terms().policy
                adds = digits_of(policy)
                return curve_of(ByDay.together([one.by_day(last, adds) for one in found]))
        return curve(self.view(*names, known=known), policy)

    def revisions(
        self, *names: str, on: str | date | None = None, policy: Policy | None = None
    ) -> tuple[Revision, ...]:
        """Return how the figure for one day was revised as the log grew."""
        with self._lock:
            view = self.view(*names)
            found = [entry for name in view.plans for entry in self._record(name).entries]
            entries = sorted(found, key=lambda entry: entry.index)
        return tuple(revisions(entries, self._day(view.plans, on), policy))

    def as_published(
        self, *names: str, policy: Policy | None = None, stated: bool = False
    ) -> Curve:
        """Return the figure of each day as it would have been published that day."""
        with self._lock:
            view = self.view(*names)
            several = [self._record(name) for name in view.plans]
            return as_published(several, policy, by_source=stated)

    def explain(
        self,
        *names: str,
        before: str | date,
        after: str | date,
        known_before: KnownAt | None = None,
        known: KnownAt | None = None,
        policy: Policy | None = None,
    ) -> Explanation:
        """Return what moved the figure between two days; `known_before` defaults to `known`."""
        days = day(before, "before"), day(after, "after")
        with self._lock:
            view = self.view(*names, known=known)
            several = [self._record(name) for name in view.plans]
            earlier = view.known if known_before is None else self._known(several, known_before)
            return explain(several, (days[0], earlier), (days[1], view.known), policy)

    def reconcile(self, name: str, *, known: KnownAt | None = None) -> tuple[Reconciliation, ...]:
        """Return each published figure of a plan held against the ledger."""
        with self._lock:
            view = self.view(name, known=known)
            return reconcile(self._record(name), view.known)

    # --- how -----------------------------------------------------------------------------------

    def _outlined(
        self, names: Sequence[str], known: KnownAt | None
    ) -> tuple[Sequence[Deltas], Mapping[str, Plan], int] | None:
        """Return the deltas of plans (no names: of all), these plans, and the last index known.

        None: more must be read, because knowledge is asked by stated date, or is to be said to
        be wrong.
        """
        self._look()
        log, size = self.application, self._size
        asked = dict.fromkeys(names) if names else self._outlines.every(log, size)
        found = [self._outlines.of(log, name, size) for name in asked]
        if not found or not all(one.plan.created for one in found):
            return None
        point = self._known(found, known)
        if point.index is None or point.stated is not None:
            return None
        plans = {one.key: one.plan_at(point.index) for one in found}
        return (found, plans, point.index) if all(p.created for p in plans.values()) else None

    def _record(self, name: str) -> Record:
        """Return all that the log says of one plan, as far as `_look` or `_sync` saw it."""
        if found := self._known_record(name):
            return found
        # Where entries are missing, all of the log is read, and that is what is said.
        raise NotFound("no-plan", plan=name, plans=_listed(self.plans()))

    def _known_record(self, name: str) -> Record | None:
        start = max(self._kept.reached(name), len(self._entries))
        if start < self._size:
            entries = self.application.of_plan(name, start, self._size)
            if entries is None:
                self._sync()
            else:
                for entry in entries:
                    self._learn(entry)
                self._kept.read(name, self._size, len(entries))
        return self._kept.plans.get(name)

    def _look(self) -> None:
        """See how long the log is now; plans are read up to there when they are asked for."""
        self._size = len(self)
        self._kept.next_question()
        self._outlines.next_question()

    def _sync(self) -> None:
        """Read all of the log."""
        for _ in self.refresh():
            pass
        self._size = len(self._entries)

    def _day(self, several: Mapping[str, Plan], on: str | date | None) -> date:
        if on is not None:
            return day(on)
        first = next(iter(several.values()))
        now = Instant(self._clock()).utc
        return now.astimezone(ZoneInfo(first.terms().territory.timezone)).date()

    def _known(self, several: Sequence[Record | Deltas], known: KnownAt | None) -> Known:
        """Return a point of knowledge as an index of the log: the order of knowledge."""
        match known:
            case None:
                return Known(index=self._size - 1)
            case Known():
                return known
            case Checkpoint():
                if not self.tree.holds(known):
                    raise BadCheckpoint("checkpoint-other-log", size=known.size)
                return Known(index=known.size - 1)
            case bool():
                raise InvalidValue("known-form", field="known", value=known)
            case int() if 0 <= known < self._size:
                return Known(index=known)
            case str():
                return self._known_text(several, known)
            case Instant() | datetime():
                instant = Instant.of(known, "known")
                later = bisect_right(range(self._size), instant, key=self._recorded_at)
                return Known(index=later - 1)
            case date():
                return known_by(several, known, self._recorded_at)
            case _:
                raise InvalidValue("known-form", field="known", value=known)

    def _recorded_at(self, index: int) -> Instant:
        """Return the recorded date of an entry; they never go back along the log."""
        if index < len(self._entries):
            return self._entries[index].recorded_at
        return self.application.page(index, 1)[0].recorded_at

    def _known_text(self, several: Sequence[Record | Deltas], text: str) -> Known:
        """Read `412`, `2024-01-15` or an instant; after `stated:`, by stated date."""
        value = text.removeprefix("stated:")
        stated = value != text
        try:
            if value.isdecimal() and not stated and len(value) <= _DIGITS:
                return self._known(several, int(value))
            if len(value) == len("2024-01-15"):
                if stated:
                    return Known(stated=end_of_day(several[0].plan, day(value)))
                return known_by(several, day(value), self._recorded_at)
            instant = Instant.of(value)
        except InvalidValue:
            raise InvalidValue("known-form", field="known", value=text) from None
        return Known(stated=instant) if stated else self._known(several, instant)


def _listed(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _NAMED else ""
    return (", ".join(names[:_NAMED]) or "—") + more


@contextmanager
def _named(action: ActionId) -> Iterator[None]:
    """Say of which action the stored entries do not fit together."""
    try:
        yield
    except ValueError as error:
        if isinstance(error, MalformedEntry):
            raise
        raise MalformedEntry("row-disagrees", index=str(action), column="after") from None


def _fold(entries: Iterable[Entry], state: actions.Action | None = None) -> actions.Action:
    events = _in_order(entries, state.version if state else 0)
    return actions.replay((cast("actions.Event", event) for event in events), state)


def _in_order(entries: Iterable[Entry], version: int) -> Iterator[Any]:
    """Yield the events of a stream; raises `MalformedEntry` where an entry is missing."""
    for expected, entry in enumerate(entries, version + 1):
        if entry.version != expected:
            raise MalformedEntry("row-disagrees", index=entry.subject, column="version")
        yield entry.event


class _Decision:
    """What is decided within one save: later commands see what earlier ones decided."""

    def __init__(self, ledger: Ledger, expected: int | None) -> None:
        self.entries: list[Entry] = []
        self.sealer = Sealer()
        self.expected = expected
        self.erased: list[str] = []
        self.plans: dict[str, plans.Plan] = {}
        self.actions: dict[ActionId, actions.Action] = {}
        self._ledger = ledger
        self._names: dict[str, ActionId] = {}
        self._declared: dict[str, actions.Surroundings] = {}
        self._lineages: dict[str, dict[str, tuple[str, ...]]] = {}

    def prepare(self, orders: Iterable[Order]) -> None:
        """Read the actions that many orders are about before deciding them one by one."""
        named = {order.subject for order in orders if "/" in order.subject}
        if len(named) >= _SEVERAL:
            self._names = {subject: ActionId.parse(subject) for subject in named}
            self.actions = self._ledger._action_states(self._names.values())  # noqa: SLF001

    def decide(self, order: Order, recorded_by: str) -> None:
        """Decide one command; raises `CommandRefused`."""
        by = self.sealer.text(recorded_by, "recorded_by")
        command = self.sealer.value(order.command)
        name = self._name(order.subject)
        plan = name.plan if name else key(order.subject, "plan")
        self._check_kind(order, is_action=name is not None)
        state: Any = self._plan(plan) if name is None else self._action(name)
        if name is None:
            found: Any = plans.decide(command, state)
        elif self._plan(plan).created is None:
            found = Refusal("plan-unknown")
        else:
            found = actions.decide(command, state, self._around(name, command))
        if isinstance(found, Refusal):
            raise CommandRefused(found, subject=str(name or order.subject), place=order.place)
        for event in found:
            state = plans.evolve(state, event) if name is None else actions.evolve(state, event)
            entry = Entry(
                index=-1, plan=plan, action=name.action if name else None, version=state.version,
                recorded_at=UNSTAMPED, recorded_by=by, stated_at=order.stated_at, event=event,
            )  # fmt: skip
            self.entries.append(entry)
            if isinstance(event, Erased):
                self.erased.extend(sealed.commitment for sealed in event.texts)
        if name is None:
            self.plans[plan] = state
            self._declared.pop(plan, None)
        else:
            self.actions[name] = state
            self._carry_on(name, state)

    def _name(self, subject: str) -> ActionId | None:
        """Return which action a command is about; None for one about a plan."""
        if "/" not in subject:
            return None
        return self._names.get(subject) or ActionId.parse(subject)

    def _plan(self, name: str) -> plans.Plan:
        if name not in self.plans:
            self.plans[name] = self._ledger._plan_state(name)  # noqa: SLF001
        return self.plans[name]

    def _action(self, name: ActionId) -> actions.Action:
        if name not in self.actions:
            self.actions[name] = self._ledger._action_state(name)  # noqa: SLF001
        return self.actions[name]

    def _around(self, name: ActionId, command: Any) -> actions.Surroundings:
        if name.plan not in self._declared:
            axes = self._plan(name.plan).terms().axes
            themes = {axis.key: frozenset(theme.key for theme in axis.themes) for axis in axes}
            self._declared[name.plan] = actions.Surroundings(axes=themes)
        around = self._declared[name.plan]
        if not actions.touches_lineage(command):
            return around
        lineage = self._lineage(name.plan)
        return attrs.evolve(around, action=name.action, lineage=lineage)

    def _lineage(self, plan: str) -> dict[str, tuple[str, ...]]:
        """Return who carries on whom, with what this save has decided so far.

        Such a decision rests on other actions too: the log must not grow before it is saved.
        """
        if plan not in self._lineages:
            self._lineages[plan], length = self._ledger._lineage(plan)  # noqa: SLF001
            self.expected = length if self.expected is None else min(self.expected, length)
            for name, state in self.actions.items():
                if name.plan == plan:
                    self._carry_on(name, state)
        return self._lineages[plan]

    def _carry_on(self, name: ActionId, state: actions.Action) -> None:
        """Keep a lineage that was asked for up to what is decided since."""
        lineage = self._lineages.get(name.plan)
        if lineage is None:
            return
        if live(state.statuses):
            lineage[name.action] = actions.successors(state)
        else:
            lineage.pop(name.action, None)

    @staticmethod
    def _check_kind(order: Order, *, is_action: bool) -> None:
        allowed = actions.Command if is_action else plans.Command
        if not isinstance(order.command, allowed):
            given = type(order.command).__name__
            raise InvalidValue("command-kind", field=order.subject, value=given)
