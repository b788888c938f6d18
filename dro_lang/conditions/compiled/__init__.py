"""Conditions as generated Python: the same meaning as the rules have, two orders of magnitude faster.

`coding.py` says how values become whole numbers, `readers.py` where they are read, `expressions.py` and `conditions.py`
how expressions and conditions become text, `module.py` how that becomes functions. `evaluate.py` evaluates conditions
in environments; `selector.py` makes a whole plan's selection one function of a record.
"""
