"""READ FIRST. What differs between two versions of a program, by what it means and not by how it is written.

programs.compare ──► declarations   what is declared, clause by clause
                ├──► steps          what each scenario composes, with arguments in the place of parameters
                └──► moves          which records get another scenario, each kind with an example
                       shared       the records that both versions know
"""
