"""The plans that the server is about: the thread that carries them out, readers of the store, what is new in it."""
