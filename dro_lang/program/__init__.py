"""The checked program: typed, frozen, content-hashed values that everything after the checker reads."""
