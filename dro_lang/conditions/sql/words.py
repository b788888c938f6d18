"""The words that a name has to be quoted to be, in one of the dialects or another."""

_WORDS = """
account all alter analyse analyze and anti any array as asc asof assert_rows_modified asymmetric at
authorization between binary both by case cast check collate collation column columns commit concurrently
connect connection constraint contains create cross cube current current_catalog current_date current_role
current_schema current_time current_timestamp current_user database default deferrable define delete desc
describe distinct do drop else end enum escape except exclude exists external extract false fetch filter
following for foreign freeze from full function generated glob global grant group grouping groups gscluster hash
having if ignore ilike in increment initially inner insert intersect interval into is isnull issue join lambda
lateral leading left like limit local localtime localtimestamp lookup map merge minus natural new no not notnull
null nulls of offset on only or order organization out outer over overlaps partition pivot pivot_longer
pivot_wider placing positional preceding primary proto qualify range recursive references regexp respect
returning revoke right rlike rollback rollup row rows sample schema select semi session_user set show similar
some start struct summarize symmetric system_user table tablesample then time to trailing treat trigger true
truncate try_cast tuple unbounded union unique unknown unnest unpack unpivot update user using values variadic
verbose view when whenever where window with within
"""

RESERVED = frozenset(_WORDS.split())
