"""What operators see of plans, and what they do to them: for commands and for the server alike."""
