"""Text to tokens and comments."""

import pytest

from tests.syntax.texts import codes, findings, fixed, parsed, tokens

HEADER = "language 1.0\n"


def test_space_of_every_kind_separates_and_means_nothing_else() -> None:
    texts = ["record R { a : Text }", "record R {\n  a : Text\n}", "record\tR\r\n{a:Text}", "record R{a:Text}"]
    trees = [parsed(HEADER + text).tree for text in texts]
    assert all(tree == trees[0] for tree in trees)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert codes("\ufeff" + HEADER) == []


def test_comments_come_with_their_places() -> None:
    text = '// first\nlanguage 1.0 // second\n\n  // third \r\n//// ruler\n/// doc\nqueue Q "http://x" // fourth\n'
    comments = parsed(text).comments
    assert [comment.span.text for comment in comments] == [
        "// first",
        "// second",
        "// third ",
        "//// ruler",
        "// fourth",
    ]
    assert [comment.own_line for comment in comments] == [True, False, True, True, False]


def test_documentation_is_kept_word_for_word() -> None:
    [declared] = parsed(HEADER + '///  Two  spaces, `code`, "quotes".\n///\n/// End.\nqueue Q\n').tree.declarations
    assert declared.doc == (' Two  spaces, `code`, "quotes".', "", "End.")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("1_000.50", ["NUMBER"]),
        ("30..59", ["NUMBER", "__ANON_3", "NUMBER"]),
        ("2026-12-31", ["DATE"]),
        ("2026-12-31T09:00", ["DATETIME"]),
        ("2026-12-31T09:00Z", ["DATETIME"]),
        ("2026-12-31T09:00:30+01:00", ["DATETIME"]),
        ("2026-12-31..2027-01-31", ["DATE", "__ANON_3", "DATE"]),
        ("09:00", ["TIME"]),
        ('"a \\"b\\" // c"', ["STRING"]),
        ("5 days", ["NUMBER", "DAYS"]),
        ("5days", ["NUMBER", "DAYS"]),
        ("250 EUR", ["NUMBER", "UPPER"]),
        ("due_date", ["LOWER"]),
        ("_x1", ["LOWER"]),
        ("CollectionPlan2", ["UPPER"]),
        ("a.b", ["LOWER", "DOT", "LOWER"]),
    ],
)
def test_tokens(text: str, kinds: list[str]) -> None:
    assert [token.type for token in tokens(text)] == kinds
    assert "".join(text[token.start : token.end] for token in tokens(text)) == text.replace(" ", "") or " " in text


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("x == 1", "x = 1"),
        ("x === 1", "x = 1"),
        ("x <> 1", "x != 1"),
        ("x => 1", "x >= 1"),
        ("x =< 1", "x <= 1"),
        ("x ≥ 1", "x >= 1"),
        ("a && b", "a and b"),
        ("a&&b", "a and b"),
        ("a || b", "a or b"),
        ("!a", "not a"),
        ("x = 'it'", 'x = "it"'),
        ("x = 'a \"b\"'", 'x = "a \\"b\\""'),
        ("x = \u201cit\u201d", 'x = "it"'),
        ("x = 2026-1-5", "x = 2026-01-05"),
        ("x = 31.12.2026", "x = 2026-12-31"),
        ("x\u00a0= 1", "x = 1"),
        ("x = 5 \u2212 3", "x = 5 - 3"),
        ("x = 1,000", "x = 1_000"),
        ("x = 1__000", "x = 1_000"),
        ("x > .5", "x > 0.5"),
        ("x in .5..1", "x in 0.5..1"),
        ("x > 1.000,00 EUR", "x > 1_000.00 EUR"),
        ("x > 1.234,56", "x > 1_234.56"),
        ("x in { 1.234.567,8 }", "x in { 1_234_567.8 }"),
    ],
)
def test_a_safe_fix_mends_what_other_languages_write(wrong: str, right: str) -> None:
    text = f"{HEADER}plan P for C {{ scenario a {{ when {{}} run G }} }}\n"
    [finding] = findings(text.replace("{}", wrong))
    assert finding.fixes[0].safety == "safe"
    assert fixed(text.replace("{}", wrong), finding) == text.replace("{}", right)
    assert codes(text.replace("{}", right)) == []


@pytest.mark.parametrize("right", ["x in {1.500,25}", "x in 0.5..1.5", "x = 9 AMD"])
def test_what_only_looks_like_another_number_is_none(right: str) -> None:
    assert codes(f"{HEADER}plan P for C {{ scenario a {{ when {right} run G }} }}\n") == []


@pytest.mark.parametrize(
    ("wrong", "right"), [("9am", "09:00"), ("9:30 pm", "21:30"), ("12 AM", "00:00"), ("10:30am", "10:30")]
)
def test_a_time_of_twelve_hours_becomes_one_of_twenty_four(wrong: str, right: str) -> None:
    text = f"{HEADER}group G for C {{ step a: manual {{ starts on due at {{}} }} }}\n"
    [finding] = findings(text.replace("{}", wrong))
    assert (finding.code, finding.fixes[0].safety) == ("E0009", "safe")
    assert fixed(text.replace("{}", wrong), finding) == text.replace("{}", right)


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("import std.notify {\n  Notify,\n  {}\n}\n", "sendEmail", "SendEmail"),
        ("group G for C { step a: auto {} }\n", "sendEmail", "SendEmail"),
        ("record {} { a : Text }\n", "openInvoice", "OpenInvoice"),
        ("record R { {} : Text }\n", "dueDate", "due_date"),
        ("import std.notify { {} }\ngroup G for C { step a: auto SendEmail }\n", "sendemail", "SendEmail"),
        ("import std.notify { {} }\n", "send_email", "SendEmail"),
    ],
)
def test_a_name_of_mixed_case_becomes_what_can_stand_there(text: str, wrong: str, right: str) -> None:
    [finding] = findings(HEADER + text.replace("{}", wrong))
    assert finding.code == "E0001"
    assert fixed(HEADER + text.replace("{}", wrong), finding) == HEADER + text.replace("{}", right)


def test_parentheses_are_offered_both_ways() -> None:
    text = f"{HEADER}plan P for C {{ scenario a {{ when a and b or c run G }} }}\n"
    [finding] = findings(text)
    assert finding.code == "E0007"
    assert "(a and b) or c" in fixed(text, finding, 0)
    assert "a and (b or c)" in fixed(text, finding, 1)
    assert finding.help == "write `(a and b) or c` or `a and (b or c)`"


def test_a_missing_version_can_be_put_in() -> None:
    text = "record R { a : Text }\n"
    [finding] = findings(text)
    assert finding.code == "E0008"
    assert fixed(text, finding) == HEADER + text


def test_slashes_that_document_nothing_can_become_a_comment() -> None:
    text = HEADER + "record R {\n  a : Text\n  /// one\n  /// two\n}\n"
    [finding] = findings(text)
    assert finding.code == "E0001"
    assert fixed(text, finding) == text.replace("///", "//")


def test_an_unterminated_text_ends_with_its_line() -> None:
    text = HEADER + 'mapping M for C {\n  usage U\n  object "X {\n    a from "A"\n  }\n}\n'
    [finding] = findings(text)
    assert (finding.code, finding.span.text) == ("E0004", '"X')
    assert parsed(text).tree == parsed(text.replace('"X', '"X"')).tree
