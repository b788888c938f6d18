"""How much of its plans the tests of a file show."""
