"""Other systems and formats."""
