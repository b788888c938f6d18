"""READ FIRST. Whether some record satisfies a formula: proved that none does, shown with one that does, or not known.

satisfy ──► space       formulas as masks over regions
        │   └ regions   the finitely many values of a subject that matter
        │     └ subjects
        ├─► plain       first, the formulas in plainer words
        ├─► search      assignments of regions that satisfy a formula
        │   └ relations, bounds   what differences say of dates and numbers
        └─► candidates  records made of an assignment, for the evaluator to try
"""
