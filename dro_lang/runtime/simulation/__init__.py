"""Many plans in a world of chance: assumptions about people and systems, and what follows from them day by day."""
