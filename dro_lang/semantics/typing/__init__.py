"""Types of what is written: of literals, names and expressions, with their units, bounds and presence."""
