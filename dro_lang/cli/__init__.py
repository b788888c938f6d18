"""The command line: one file per command; no logic of the language lives here."""
