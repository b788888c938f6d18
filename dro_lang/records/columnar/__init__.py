"""Records by whole columns: the fields of a source as columns of the context, with what certainly fits told apart.

Reading here never rejects anything. A record that a column's test does not vouch for is looked at by the readers of
single records, so that what is rejected, and why, is told in one way only.
"""
