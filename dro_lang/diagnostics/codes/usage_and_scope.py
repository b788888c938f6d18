"""E04 usage type; E05 scope."""

CODES = {
    "E0401": "usage types that differ",
    "E0402": "no mapping for the plan's context with its usage type",
    "E0403": "a usage type that maps to two contexts",
    "E0404": "two mappings for one object and usage type",
    "E0405": "a kind of step that the usage type does not have",
    "E0406": "contexts that differ",
    "E0501": "a scope that the usage type does not allow",
    "E0502": "a wait for the same item between steps that are not both per item",
    "E0503": "steps per item where the context or the mapping has no items",
    "E0504": "an attribute of an item where there is no item",
}
