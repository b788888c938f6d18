"""Assignments of subjects that satisfy a formula: depth-first over the regions of each subject.

The procedure is that of Davis, Putnam, Logemann and Loveland for finite domains, over formulas as masks. What stands
alone in a conjunction leaves its subject only some regions, and the rest of the formula is cut down to these, until
nothing stands alone any more (unit propagation). Then the regions of one subject that the formula does not tell apart
are tried one after the other: of the one that occurs most often in the smallest parts, whose turn it is to stand alone
next (J. W. Freeman, "Improvements to Propositional Satisfiability Search Algorithms", 1995, calls it MOM's). On the way
the differences are held against each other: what contradicts itself is not gone into.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field, frozen

from dro_lang.analysis.solver.bounds import DifferenceBounds
from dro_lang.analysis.solver.relations import Relations
from dro_lang.analysis.solver.space import Join, Leaf, Node, Space, leaves
from dro_lang.analysis.solver.subjects import Subject
from dro_lang.program.values import Value


@frozen
class Assignment:
    """Subjects and the values that they have, within the bounds that their differences leave."""

    values: Mapping[Subject, Value]
    relations: Relations
    bounds: DifferenceBounds

    def solution(self) -> Mapping[Subject, Value] | None:
        """A value for each term of the differences, if it can be chosen; an attribute is what it says here."""
        return self.relations.solution(self.bounds, self.values)


class BudgetSpent(Exception):
    """The search was given up; nothing is known of the rest."""


Domains = Mapping[int, int]
"""The regions that are left to subjects, as masks by their numbers."""


@define
class Search:
    """Enumerates the assignments that satisfy a formula; looks at no more than `budget` leaves, counted in `spent`."""

    space: Space
    node: Node
    budget: int
    spent: int = 0
    _masks: dict[int, list[int]] = field(factory=dict, init=False)
    """How the formula tells apart the regions of each subject."""

    def __attrs_post_init__(self) -> None:
        for leaf in leaves(self.node):
            self._masks.setdefault(leaf.subject, []).append(leaf.mask)

    def assignments(self) -> Iterator[Assignment]:
        """Assignments that satisfy the formula, of as many subjects as it takes, in which no difference contradicts
        another or the bounds of its terms. Raises BudgetSpent."""
        yield from self._extend(self.node, {}, self.space.relations.start)

    def _extend(self, node: Node, domains: Domains, bounds: DifferenceBounds) -> Iterator[Assignment]:
        """Those in which each subject has a region of its domain."""
        while lone := _standing_alone(node):
            domains, narrowed = dict(domains), bounds
            for leaf in lone:
                domains[leaf.subject] = self._domain(domains, leaf.subject) & leaf.mask
                within = self._narrowed(narrowed, leaf.subject, domains[leaf.subject])
                if within is None:
                    return
                narrowed = within
            bounds = narrowed
            rest = [part for part in node.parts if isinstance(part, Join)] if isinstance(node, Join) else []
            node = self._all_within({leaf.subject: domains[leaf.subject] for leaf in lone}, rest)
        if isinstance(node, bool):
            if node:
                yield from self._chosen(list(domains.items()), {}, bounds)
            return
        assert isinstance(node, Join)  # a leaf would stand alone
        number = _branch(node)
        masks = [leaf.mask for leaf in leaves(node) if leaf.subject == number]
        for part in _pieces(self._domain(domains, number), masks):
            within = self._narrowed(bounds, number, part)
            if within is not None:
                yield from self._extend(self._within({number: part}, node), {**domains, number: part}, within)

    def _domain(self, domains: Domains, number: int) -> int:
        known = domains.get(number)
        return self.space.every(number) if known is None else known

    def _narrowed(self, bounds: DifferenceBounds, number: int, mask: int) -> DifferenceBounds | None:
        """The bounds where a subject has one of some regions; None where none can be."""
        if mask == 0:
            return None
        subject, regions = self.space.subject(number), self.space.regions(number)
        first, last = regions[_lowest(mask)], regions[mask.bit_length() - 1]
        if first.value is None or last.value is None or not self.space.relations.concern(subject):
            return bounds
        return self.space.relations.narrowed(bounds, subject, first.low, last.high)

    def _all_within(self, domains: Domains, parts: Sequence[Node]) -> Node:
        return self.space.joined(True, [self._within(domains, part) for part in parts])

    def _within(self, domains: Domains, node: Node) -> Node:
        """The formula that is left where some subjects have regions of these domains alone."""
        if isinstance(node, Leaf):
            self.spent += 1
            if self.spent > self.budget:
                raise BudgetSpent
            domain = domains.get(node.subject)
            if domain is None:
                return node
            mask = node.mask & domain
            return Leaf(node.subject, mask) if mask not in (0, domain) else mask == domain
        if isinstance(node, Join) and any(node.subjects >> number & 1 for number in domains):
            return self.space.joined(node.every, [self._within(domains, part) for part in node.parts])
        return node

    def _chosen(
        self, domains: Sequence[tuple[int, int]], assigned: Mapping[Subject, Value], bounds: DifferenceBounds
    ) -> Iterator[Assignment]:
        """A region for each subject that has several left; those that the formula does not tell apart stand together,
        of a subject that is related to others only where they lie side by side, so that together they have bounds."""
        if not domains:
            yield Assignment(assigned, self.space.relations, bounds)
            return
        (number, domain), *others = domains
        subject, regions = self.space.subject(number), self.space.regions(number)
        parts = _pieces(domain, self._masks[number])
        if self.space.relations.concern(subject):
            unknown = 1 << len(regions) - 1 if regions[-1].value is None else 0
            parts = [run for part in parts for run in (*_runs(part & ~unknown), part & unknown) if run]
        for part in sorted(parts, key=_lowest):
            self.spent += 1
            if self.spent > self.budget:
                raise BudgetSpent
            narrowed = self._narrowed(bounds, number, part)
            if narrowed is not None:
                yield from self._chosen(others, {**assigned, subject: regions[_lowest(part)].value}, narrowed)


def _standing_alone(node: Node) -> list[Leaf]:
    """The leaves that must hold."""
    if isinstance(node, Leaf):
        return [node]
    return [part for part in node.parts if isinstance(part, Leaf)] if isinstance(node, Join) and node.every else []


def _branch(node: Join) -> int:
    """The subject to branch on."""
    parts = node.parts
    if node.every:
        sizes = [len(part.parts) if isinstance(part, Join) else 1 for part in parts]
        smallest = min(sizes)
        parts = tuple(part for part, size in zip(parts, sizes, strict=True) if size == smallest)
    return Counter(leaf.subject for part in parts for leaf in leaves(part)).most_common(1)[0][0]


def _pieces(domain: int, masks: Sequence[int]) -> list[int]:
    """The regions in a mask, brought together where none of the masks tells them apart."""
    parts = [domain]
    for mask in dict.fromkeys(masks):
        parts = [piece for part in parts for piece in (part & mask, part & ~mask) if piece]
    return sorted(parts, key=_lowest)


def _lowest(mask: int) -> int:
    """The place of the lowest bit."""
    return (mask & -mask).bit_length() - 1


def _runs(mask: int) -> Iterator[int]:
    """The bits of a mask that stand side by side, as masks."""
    while mask:
        beyond = mask + (mask & -mask)  # the lowest run carried over to the bit behind it
        rest = mask & beyond
        yield mask ^ rest
        mask = rest
