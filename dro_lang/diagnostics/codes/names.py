"""E01: names, modules and imports."""

CODES = {
    "E0101": "unknown name",
    "E0102": "a name declared twice",
    "E0103": "imports that clash",
    "E0104": "unknown module",
    "E0105": "imports that form a cycle",
    "E0106": "one name for two declarations in one program",
    "E0107": "a name of the wrong kind",
    "E0108": "the module name does not fit the file",
}
