"""E-mail: addresses, templates, messages, and handing them to a server."""
