"""What operators see, as tables for a terminal."""
