"""How a simulation is told: as a table of days, a timeline, a picture, or objects for programs."""
