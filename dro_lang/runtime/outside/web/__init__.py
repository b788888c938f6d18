"""Speaking HTTP with servers that are configured: connections, credentials, answers."""
