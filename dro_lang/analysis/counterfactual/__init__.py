"""The smallest change of a record that brings about what it does not have."""
