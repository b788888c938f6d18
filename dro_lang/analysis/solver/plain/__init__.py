"""READ FIRST. Formulas in plainer words, so that what is asked of one thing in several ways is seen to be one question.

plainer ──► defaults    `default(x, 0) > 3` as what holds with x, or without it
        ├─► intervals   `x * 2 > 5`, `abs(x) > 3`, `year(d) = 2026` as the values of x and d for which that is so
        ├─► texts       `name = "ab"` with what it says of `starts_with(name, "a")`
        └─► counts      `any`, `all`, `min` and `max` over a list as how many elements there are

The plainer formula holds for the same records. Proofs are made with it; a record that is shown as evidence has been put
to the evaluator with the formula as it was.
"""
