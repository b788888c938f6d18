"""E00: the text does not follow the grammar."""

CODES = {
    "E0001": "unexpected text",
    "E0002": "something is missing",
    "E0003": "a character that the language does not have",
    "E0004": "a text literal that does not end on its line",
    "E0005": "a block that is never closed",
    "E0006": "`==` where `=` is meant",
    "E0007": "`and` and `or` mixed without parentheses",
    "E0008": "the language version is missing or not known",
    "E0009": "a literal that is not valid",
    "E0010": "the file cannot be read",
    "E0011": "nested too deeply",
}
