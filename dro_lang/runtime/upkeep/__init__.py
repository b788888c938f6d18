"""How a store is looked after: checked, copied, written out and brought back, and rid of what is finished."""
