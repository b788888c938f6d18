"""What `drolang run` tells: one result a record, as lines for programs or as a table for people."""
