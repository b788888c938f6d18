"""Callbacks: what outside systems answer later, by a request of their own that is signed."""
