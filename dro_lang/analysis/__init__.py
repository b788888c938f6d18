"""What can be known of a plan before anything runs: proved, refuted with a record, or not proved."""
