"""The tables of the grammar: what the parser runs on."""
