"""What carries out automations: callables that are registered by name, and those that come with the package."""
