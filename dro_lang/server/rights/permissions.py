"""READ FIRST: who may do what. One table, and one pure function over it; what the table does not allow is refused.

The permission sets are DRO's: admin, designer, operator, submit, submit and orchestrate. Beside them stand the objects
and the queues that a principal has a right to. To submit a record takes three things at once: both submission sets and
the right to its object.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from attrs import frozen


class PermissionSet(StrEnum):
    ADMIN = "admin"
    DESIGNER = "designer"
    OPERATOR = "operator"
    SUBMIT = "submit"
    ORCHESTRATE = "submit-and-orchestrate"


class Scope(StrEnum):
    """What a token may be narrowed to, whatever its permission sets allow."""

    READ = "read"
    ACT = "act"
    SUBMIT = "submit"
    DESIGN = "design"
    EMBED = "embed"
    SETTINGS = "settings"


class Operation(StrEnum):
    """Everything that anybody may ask for, in the words of a refusal."""

    VIEW_SUMMARY = "see the summary of a record"
    VIEW_PLANS = "see plans"
    VIEW_TASKS = "see tasks"
    VIEW_INTEGRATIONS = "see integrations"
    VIEW_PROGRAMS = "see programs"
    VIEW_AUDIT = "see the audit log"
    COMPLETE = "complete a step"
    RETRY = "retry a step"
    CLAIM = "claim a task"
    ASSIGN = "assign a task"
    DISCARD = "discard a step"
    FREEZE = "freeze a plan"
    UNFREEZE = "unfreeze a plan"
    AMEND = "amend a plan"
    CANCEL = "cancel a plan"
    OVERRIDE = "override a point of no return"
    SET_DATA = "change the data of a record"
    SWITCH_INTEGRATION = "set an integration offline or online"
    SUBMIT = "submit a record"
    DEPLOY = "deploy a program"
    EMBED = "issue a read token for a page"
    MANAGE_ACCOUNTS = "manage users and tokens"
    MANAGE_WEBHOOKS = "manage webhooks"


@frozen
class Names:
    """Names of objects or of queues that a right holds for: those listed, or every one there is and will be."""

    listed: frozenset[str] = frozenset()
    every: bool = False

    @classmethod
    def of(cls, names: Iterable[str]) -> "Names":
        """From texts, of which `*` stands for every name."""
        listed = frozenset(names)
        return EVERY if "*" in listed else cls(listed)

    def __contains__(self, name: object) -> bool:
        return self.every or name in self.listed

    def within(self, other: "Names") -> bool:
        """Whether all of these are among the others."""
        return other.every or (not self.every and self.listed <= other.listed)

    def texts(self) -> list[str]:
        return ["*"] if self.every else sorted(self.listed)


NONE = Names()
EVERY = Names(every=True)


class Kind(StrEnum):
    PERSON = "person"
    MACHINE = "machine"
    PAGE = "page"


@frozen
class Record:
    """A record of the outside: its object and its id there."""

    object: str
    id: str


@frozen
class Principal:
    """Who asks: a person who signed in, a machine with an API token, or a page with a read token.

    `scopes` narrows what the sets allow. A page may see the summary of one `record`, and nothing else; `name` is then
    the person who looks at the page, whose tasks are shown, or empty.
    """

    name: str
    kind: Kind
    sets: frozenset[PermissionSet] = frozenset()
    objects: Names = NONE
    queues: Names = NONE
    scopes: frozenset[Scope] = frozenset(Scope)
    record: Record | None = None


@frozen
class Subject:
    """What is asked about. `queue` and `assignee` are those of a task, or the fallout queue of a failed step."""

    object: str | None = None
    queue: str | None = None
    assignee: str | None = None
    record: str | None = None


NOTHING = Subject()


@frozen
class Rule:
    """What an operation takes: of each group in `sets` one permission set; the right to the object and to the queue of
    what it is about, where that has them; and, where `all_names`, the right to every object and queue."""

    scope: Scope
    sets: tuple[frozenset[PermissionSet], ...]
    all_names: bool = False


def _one_of(*sets: PermissionSet) -> frozenset[PermissionSet]:
    return frozenset(sets)


_A, _D, _O = PermissionSet.ADMIN, PermissionSet.DESIGNER, PermissionSet.OPERATOR
_S, _SO = PermissionSet.SUBMIT, PermissionSet.ORCHESTRATE

RULES: Mapping[Operation, Rule] = {
    Operation.VIEW_SUMMARY: Rule(Scope.READ, (_one_of(_A, _O, _S, _SO),)),
    Operation.VIEW_PLANS: Rule(Scope.READ, (_one_of(_A, _O),)),
    Operation.VIEW_TASKS: Rule(Scope.READ, (_one_of(_A, _O),)),
    Operation.VIEW_INTEGRATIONS: Rule(Scope.READ, (_one_of(_A, _O),)),
    Operation.VIEW_PROGRAMS: Rule(Scope.READ, (_one_of(_A, _D, _O),)),
    Operation.VIEW_AUDIT: Rule(Scope.READ, (_one_of(_A),), all_names=True),
    Operation.COMPLETE: Rule(Scope.ACT, (_one_of(_A, _O),)),
    Operation.RETRY: Rule(Scope.ACT, (_one_of(_A, _O),)),
    Operation.CLAIM: Rule(Scope.ACT, (_one_of(_A, _O),)),
    Operation.ASSIGN: Rule(Scope.ACT, (_one_of(_A, _O),)),
    Operation.DISCARD: Rule(Scope.ACT, (_one_of(_A, _O),)),
    Operation.FREEZE: Rule(Scope.ACT, (_one_of(_A, _O),)),
    Operation.UNFREEZE: Rule(Scope.ACT, (_one_of(_A, _O),)),
    Operation.AMEND: Rule(Scope.ACT, (_one_of(_A, _O),)),
    Operation.CANCEL: Rule(Scope.ACT, (_one_of(_A, _O),)),
    Operation.OVERRIDE: Rule(Scope.ACT, (_one_of(_A),)),
    Operation.SET_DATA: Rule(Scope.ACT, (_one_of(_A, _O, _SO),)),
    Operation.SWITCH_INTEGRATION: Rule(Scope.ACT, (_one_of(_A, _O),)),
    Operation.SUBMIT: Rule(Scope.SUBMIT, (_one_of(_S), _one_of(_SO))),
    Operation.DEPLOY: Rule(Scope.DESIGN, (_one_of(_A, _D),)),
    Operation.EMBED: Rule(Scope.EMBED, (_one_of(_A, _O),)),
    Operation.MANAGE_ACCOUNTS: Rule(Scope.SETTINGS, (_one_of(_A),), all_names=True),
    Operation.MANAGE_WEBHOOKS: Rule(Scope.SETTINGS, (_one_of(_A),), all_names=True),
}


def may(principal: Principal, operation: Operation, subject: Subject = NOTHING) -> bool:
    """Whether a principal may do an operation to what it is about."""
    return not lacks(principal, operation, subject)


def lacks(principal: Principal, operation: Operation, subject: Subject = NOTHING) -> tuple[str, ...]:
    """What a principal lacks for an operation, each in words; nothing where it is allowed.

    A task that is assigned to the principal takes no right to its queue.
    """
    if principal.kind is Kind.PAGE:
        return _page_lacks(principal, operation, subject)
    rule = RULES[operation]
    lacking = [f"the permission set {' or '.join(sorted(group))}" for group in rule.sets if not group & principal.sets]
    if rule.scope not in principal.scopes:
        lacking.append(f"the scope {rule.scope}")
    if subject.object is not None and subject.object not in principal.objects:
        lacking.append(f"the right to the object {subject.object}")
    own = subject.assignee is not None and subject.assignee == principal.name
    if subject.queue is not None and not own and subject.queue not in principal.queues:
        lacking.append(f"the right to the queue {subject.queue}")
    if rule.all_names and not (principal.objects.every and principal.queues.every):
        lacking.append("the right to all objects and queues")
    return tuple(lacking)


def _page_lacks(principal: Principal, operation: Operation, subject: Subject) -> tuple[str, ...]:
    if operation is not Operation.VIEW_SUMMARY:
        return ("more than a read token, which shows the summary of one record",)
    if principal.record is None or principal.record != Record(subject.object or "", subject.record or ""):
        return ("a read token for this record",)
    return ()
