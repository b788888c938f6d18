"""The dialects that a selection can be written in, by the names that people choose them by."""

from collections.abc import Mapping

from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.dialects.bigquery import BigQuery
from dro_lang.conditions.sql.dialects.duckdb import DuckDB
from dro_lang.conditions.sql.dialects.postgres import Postgres
from dro_lang.conditions.sql.dialects.snowflake import Snowflake
from dro_lang.conditions.sql.dialects.spark import Databricks, Spark

DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect for dialect in (DuckDB(), Postgres(), Snowflake(), BigQuery(), Spark(), Databricks())
}
