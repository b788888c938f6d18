"""What the claims of an identity provider are worth here: only what an allow-list says."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from dro_lang.server.rights.permissions import Kind, Names, PermissionSet, Principal


@frozen
class Role:
    """What the people have whose roles claim has a certain value."""

    sets: frozenset[PermissionSet]
    objects: Names
    queues: Names


@frozen
class RoleMap:
    """The allow-list: the claims that tell a person's name and roles, and what each role is worth. A role that is not
    listed is worth nothing. A dotted claim is one in an object: `realm_access.roles`."""

    roles: Mapping[str, Role]
    roles_claim: str = "roles"
    name_claim: str = "email"
    domains: frozenset[str] = field(factory=frozenset)

    def principal(self, claims: Mapping[str, Any]) -> Principal | None:
        """Who the claims are of; None for somebody without a name, or without a role that is listed, and where an
        e-mail address is the name, for one that is not verified or of another domain than those wanted."""
        name = _found(claims, self.name_claim)
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            return None
        if self.name_claim == "email" and claims.get("email_verified") is not True:
            return None
        if self.domains and name.rpartition("@")[2].lower() not in self.domains:
            return None
        held = [self.roles[role] for role in _texts(_found(claims, self.roles_claim)) if role in self.roles]
        if not held:
            return None
        return Principal(
            name,
            Kind.PERSON,
            frozenset().union(*(role.sets for role in held)),
            Names.of(text for role in held for text in role.objects.texts()),
            Names.of(text for role in held for text in role.queues.texts()),
        )


def _found(claims: Mapping[str, Any], path: str) -> Any:
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return value.split()
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
