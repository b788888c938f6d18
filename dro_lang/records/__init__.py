"""Records in: read, mapped to the context and validated once, at the boundary. Start with `load.py`."""
