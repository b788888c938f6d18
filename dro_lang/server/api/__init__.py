"""The API: what machines, the element and other programs ask for, as JSON over HTTP."""
