"""The same records in Spark, on this machine."""

from pyspark.sql import SparkSession
from pyspark.sql import types as of

from dro_lang.conditions.sql.dialects import DIALECTS
from dro_lang.program.types import BooleanType, DateTimeType, DateType, DecimalType, IntegerType, ListType, MoneyType
from tests.sql.databases import COLUMNS, FIELDS, ZONE, sorted_answers, text

TYPES = {
    BooleanType: of.BooleanType(),
    IntegerType: of.LongType(),
    DecimalType: of.DecimalType(18, 6),
    MoneyType: of.DecimalType(18, 6),
    DateType: of.DateType(),
    DateTimeType: of.TimestampType(),
}


def struct(columns, *more):
    fields = [
        of.StructField(
            each.name,
            of.ArrayType(struct(FIELDS))
            if isinstance(each.type, ListType)
            else TYPES.get(type(each.type), of.StringType()),
        )
        for each in columns
    ]
    return of.StructType([*more, *fields])


def value(raw, type):
    if isinstance(type, ListType):
        return [row_of(row, FIELDS) for row in raw]
    return raw if TYPES.get(type.__class__) is not None or raw is None else text(raw, type)


def row_of(row, columns):
    return tuple(value(row[each.name], each.type) for each in columns)


class Spark:
    dialect = DIALECTS["spark"]

    def __init__(self):
        self.session = (
            SparkSession.builder.master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", ZONE)
            .config("spark.sql.shuffle.partitions", "1")
            .getOrCreate()
        )
        self.session.sparkContext.setLogLevel("ERROR")

    def load(self, table):
        lines = [(row["id"], *row_of(line, FIELDS)) for row in table for line in row["lines"]]
        key = of.StructField("CaseId", of.StringType())
        for name, rows, schema in (
            ("Cases", [row_of(row, COLUMNS) for row in table], struct(COLUMNS)),
            ("Lines", lines, struct(FIELDS, key)),
        ):
            self.session.createDataFrame(rows, schema).createOrReplaceTempView(name)

    def answers(self, query):
        return sorted_answers(map(tuple, self.session.sql(query.rstrip().removesuffix(";")).collect()))

    def close(self):
        self.session.stop()
