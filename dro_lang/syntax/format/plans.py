"""Plans and scenarios."""

from dro_lang.syntax import ast
from dro_lang.syntax.format.doc import NOTHING, Align, Blank, Break, Doc, Group, concat
from dro_lang.syntax.format.expressions import expression
from dro_lang.syntax.format.groups import level, retry_policy, runs
from dro_lang.syntax.format.order import rank
from dro_lang.syntax.format.pen import Clause, Member, Pen, aligned, block, spaced


def plan(pen: Pen, node: ast.Plan) -> Doc:
    head, opening = pen.any_words(4), pen.take("{")
    written = [(rank(one), _clause(pen, one)) for one in node.clauses]
    written.sort(key=lambda pair: pair[0])
    members = [Member(one) for one in aligned([one for _, one in written])]
    members += [Member(_scenario(pen, one), Blank.ONE) for one in node.scenarios]
    return spaced((head, block(opening, members, pen.take("}"))))


def _clause(pen: Pen, node: ast.PlanClause) -> Clause:
    match node:
        case (
            ast.UsageClause() | ast.VersionClause() | ast.CalendarClause() | ast.TimezoneClause() | ast.PriorityClause()
        ):
            keyword = pen.take()
            return Clause(keyword.text, keyword, pen.take())
        case ast.ChooseClause():
            return Clause("choose", pen.take("choose"), pen.any_words(3))
        case ast.FalloutClause(target=target, error_code=error_code, retry=retry):
            keyword = pen.take("fallout")
            head = _rule_target(pen, target)
            if error_code is not None:
                head = spaced((head, pen.any_words(2)))
            rest = spaced((pen.take("retry"), retry_policy(pen, retry)))
            return Clause("fallout", keyword, Group(Align(concat(head, Break(), rest))))
        case ast.ServiceLevelClause(target=target, level=of):
            words = pen.words("service level")
            argument = spaced((_rule_target(pen, target), level(pen, of)))
            return Clause("service level", words, argument, is_aligned=False)


def _rule_target(pen: Pen, node: ast.RuleTarget) -> Doc:
    return pen.any_words(2 if node.target is None else 3)


def _scenario(pen: Pen, node: ast.Scenario) -> Doc:
    doc, head, opening = pen.doc_lines(node), pen.any_words(2), pen.take("{")
    clauses: list[Clause] = []
    if node.usage is not None:
        clauses.append(Clause("usage", pen.take("usage"), pen.take()))
    if node.when is not None:
        clauses.append(Clause("when", pen.take("when"), expression(pen, node.when)))
    if node.otherwise:
        clauses.append(Clause("otherwise", pen.take("otherwise"), NOTHING))
    if node.unless:
        clauses.append(Clause("unless", pen.take("unless"), pen.names(node.unless)))
    clauses.append(Clause("run", pen.take("run"), runs(pen, node.runs)))
    members = [Member(one) for one in aligned(clauses)]
    return concat(doc, spaced((head, block(opening, members, pen.take("}")))))
