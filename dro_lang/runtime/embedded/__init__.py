"""The embedded engine: plans carried out from an SQLite file, by one writer. Described in docs/engine.md."""
