"""What to write instead of words that other languages, and people, use for something that this language has."""

_FUNCTION = 'it is a function: write `{word}(name, "x")`'
_PRESENCE = "nothing is null here: write `is known` or `is unknown`"
_RANGE = "write a range: `days in 30..59`"
_WHEN = "the condition of a scenario begins with `when`, that of a step with `only if`"
_LENGTH = "months and longer times differ in length: write days or weeks"
_STEP = "write a step: `step name: auto Action { ... }`"

NO_UNITS = ("month", "months", "quarter", "quarters", "year", "years")
"""What people count time in, and the language does not."""

_HINTS = {
    **dict.fromkeys(("contains", "starts_with", "ends_with"), _FUNCTION),
    **dict.fromkeys(("like", "matches", "includes"), 'write `contains(name, "x")`, `starts_with` or `ends_with`'),
    **dict.fromkeys(("null", "none", "nil", "empty", "blank", "missing", "present"), _PRESENCE),
    **dict.fromkeys(("between", "to"), _RANGE),
    "from": 'write `import std.generic { Generic }`; in a mapping, `due_date from "Due__c"`',
    **dict.fromkeys(NO_UNITS, _LENGTH),
    **dict.fromkeys(
        ("then", "do"), "what follows a condition stands on a line of its own: `run Group`, or the next clause"
    ),
    **dict.fromkeys(("if", "unless", "where", "provided"), _WHEN),
    **dict.fromkeys(("task", "activity", "job", "callout", "manual", "milestone", "pause", "auto"), _STEP),
    "equals": "write `=`",
    "wait": "a step waits with `after`; a `pause` waits `until` a condition holds",
    "depends": "a step waits with `after`: `after other_step`",
    "parallel": "steps that do not wait for each other run side by side",
    "var": "there are no variables: write the expression where it is used, or a parameter of the group",
    "let": "there are no variables: write the expression where it is used, or a parameter of the group",
}


def hint(word: str) -> str | None:
    """The hint for a word that cannot stand where it does, if there is one."""
    text = _HINTS.get(word.lower())
    return text and text.replace("{word}", word)
