"""E06: waits."""

CODES = {
    "E0601": "steps that wait for each other",
    "E0602": "a wait for a step that the scenario's groups lack",
    "E0603": "a wait for an outcome that the step cannot have",
    "E0604": "a wait named twice",
    "E0605": "an unknown outcome",
}
