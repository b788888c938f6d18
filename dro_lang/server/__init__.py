"""`drolang serve`: the API, the summary component and the operator console over a store of running plans."""
