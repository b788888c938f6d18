"""The check that stands between the formatter and a file: it notices what must not happen."""

import pytest

from dro_lang.source import Source
from dro_lang.syntax.format.verify import same_comments, same_tree
from dro_lang.syntax.parser import parse

BEFORE = "language 1.0 // one\ngroup G for C { step s: pause { until a\n// two\nafter b } }"


@pytest.mark.parametrize(
    ("after", "tree_is_same", "comments_are_same"),
    [
        ("language 1.0 // one\n// two\ngroup G for C { step s: pause { after b until a } }", True, True),
        ("language 1.0 // one\n// two\ngroup G for C { step s: pause { after b until not a } }", False, True),
        ("language 1.0 // one\n// two\ngroup G for C { step s: pause { after b } }", False, True),
        ("language 1.0 // one\n// one\n// two\ngroup G for C { step s: pause { after b until a } }", True, False),
        ("language 1.0 // one\ngroup G for C { step s: pause { after b until a } }", True, False),
    ],
)
def test_only_the_order_of_clauses_may_change(after: str, tree_is_same: bool, comments_are_same: bool) -> None:
    old, new = parse(Source("old", BEFORE)), parse(Source("new", after))
    assert same_tree(old.tree, new.tree) is tree_is_same
    assert same_comments(old.comments, new.comments) is comments_are_same
