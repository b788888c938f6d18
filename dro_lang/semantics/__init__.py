"""Syntax trees to a checked program: modules and names, types, presence, and the rules, one concept a file."""
