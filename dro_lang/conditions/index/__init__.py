"""How many scenarios share the work of finding those that match: which attributes tell which of them apart.

`cuts.py` divides the values of each operand at the constants that scenarios compare it with; `tree.py` splits the
scenarios by them, operand after operand, until few are left. Both know nothing of how the tests are carried out:
compiled/ makes nested `if`s of a tree. columnar/ makes tables of the regions.
"""
