"""Calling outside systems over HTTP: the request, and what its answer means."""
