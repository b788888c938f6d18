"""The world outside a plan: what carries out automations and callouts, and what they answer."""
