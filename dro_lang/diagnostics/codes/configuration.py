"""C01 what is written in drolang.toml; C02 whether it has what plans need; W4 what no plan needs."""

CODES = {
    "C0101": "a configuration that cannot be read",
    "C0102": "a setting that does not exist",
    "C0103": "a setting with a value that does not fit it",
    "C0104": "a setting that is missing",
    "C0105": "an environment that the configuration does not have",
    "C0106": "a secret in plain text",
    "C0107": "a secret that is not where it is said to be",
    "C0108": "settings that do not go together",
    "C0201": "an action that nothing carries out",
    "C0202": "code that does not fit its action",
    "C0203": "an action that two carry out",
    "C0204": "a module of actions that cannot be imported",
    "C0205": "an integration without an endpoint",
    "C0206": "a queue without members",
    "C0207": "a template that cannot be used",
    "C0208": "callbacks that nobody could tell from forged ones",
    "C0209": "settings that do not fit what they are for",
    "W4001": "a name in the configuration that no plan has",
}
