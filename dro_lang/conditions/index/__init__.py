"""How many scenarios share the work of finding those that match: which attributes tell which of them apart.

`cuts.py` divides the values of each operand at the constants that scenarios compare it with; `levels.py` splits all of
the scenarios by one operand after the other, where each is worth a look-up; `tree.py` splits what is left further,
branch by branch, until little is. None of them knows how the tests are carried out: compiled/ makes nested tables of
levels and nested `if`s of trees. columnar/ makes tables of the regions.
"""
