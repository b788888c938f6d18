"""W1 unused; W2 risky; W3 style."""

CODES = {
    "W1001": "an import that nothing uses",
    "W1002": "a declaration that nothing uses",
    "W1003": "a parameter that nothing uses",
    "W2001": "a wait for completion that can be bypassed",
    "W2002": "a pause that can wait for ever",
    "W2003": "a wait between steps per item that does not say which item",
    "W2004": "a condition that is always true or always false",
    "W2005": "a default that is never used",
    "W2006": "service levels that add up to more than the time there is",
    "W2007": "a start that has always passed",
    "W3001": "a declaration out of the usual order",
}
