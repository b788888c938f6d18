"""Outgoing webhooks: what happens to plans, told to other systems as signed CloudEvents, until they have it."""
