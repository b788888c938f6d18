"""Claims of properties that hold for every record and every order of events, by what is written: proofs, no trials."""
