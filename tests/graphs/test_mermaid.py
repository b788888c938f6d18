"""Mermaid: shapes by kind, waits by line, and no text that is read as a sign."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.diagnostics.render.columns import harmless
from dro_lang.interop.graphs import Picture, mermaid
from dro_lang.interop.graphs.mermaid import escaped
from dro_lang.kernel.states import StepStatus
from tests.graphs.strategies import HOSTILE, pictures
from tests.graphs.test_picture import obligations

NODE = re.compile(r'    n\d+(?:\(|\[/?|\{\{?)"[^"]*"(?:\)|/?\]|\}\}?):::\w+')
EDGE = re.compile(r'  n\d+ (?:-->|-\.->)(?:\|"[^"]*"\|)? n\d+')


def shown(text: str) -> str:
    """What Mermaid makes of the text of a label."""
    return re.sub(r"#(\d+);", lambda match: chr(int(match[1])), text.replace("<br/>", "\n"))


def test_a_plan() -> None:
    text = mermaid(obligations())
    assert text.startswith('---\ntitle: "KeepObligation"\n---\nflowchart TB\n')
    for line in (
        '    n0{"due_day<br/>on due_on"}:::milestone',
        '    n6["\U0001f464 approve_credit<br/>queue RevenueAccounting<br/>'
        'due within 3 business days, warn 1 day before"]:::manual',
        '    n4["\U0001f464 escalate<br/>head.of.delivery@example.com"]:::manual',
        '    n7("issue_credit<br/>IssueServiceCredit<br/>point of no return"):::auto',
        '  n1 -->|"same item, passing cancels"| n2',
        '  n4 -.->|"completed"| n5',
        '  subgraph lane1["Deliver"]',
    ):
        assert f"{line}\n" in text
    assert '    n2[/"confirm_visit<br/>Erp<br/>only if item.ready<br/>' in text
    assert '<br/>one for each item"/]:::callout\n' in text
    assert 'n3{{"acceptance<br/>until accepted_on is known and count(sites where item.ready) #62;= 1<br/>' in text


@given(pictures())
@settings(max_examples=80, deadline=None)
def test_every_step_and_wait_has_its_line_whatever_the_texts(picture: Picture) -> None:
    lines = mermaid(picture).split("\n")
    assert sum(1 for line in lines if NODE.fullmatch(line)) == len(picture.nodes)
    assert sum(1 for line in lines if EDGE.fullmatch(line)) == len(picture.edges)
    assert sum(1 for line in lines if "-.->" in line and EDGE.fullmatch(line)) == sum(
        edge.one_of_many for edge in picture.edges
    )
    assert sum(1 for line in lines if line == "  end") == len(picture.lanes) + bool(picture.nodes)
    assert not any("%%" in line for line in lines)


@given(st.one_of(st.text(), HOSTILE))
@settings(max_examples=150)
def test_an_escaped_text_is_shown_as_it_was_and_holds_no_sign(text: str) -> None:
    plain = escaped(text)
    assert not re.search(r'["`&%|\\]|<(?!br/>)|#(?!\d+;)', plain)
    assert plain.isprintable()
    assert shown(plain) == harmless(text)


@given(pictures())
@settings(max_examples=40, deadline=None)
def test_states_are_drawn_by_class_mark_and_word(picture: Picture) -> None:
    text = mermaid(picture)
    for state in StepStatus:
        assert (f"classDef {state} " in text) == (state in picture.states)
