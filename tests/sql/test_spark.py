"""A query gives in Spark what the reference evaluator says. It needs Java, and the extra `spark`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.columnar.test_agreement import tables
from tests.conditions.strategies import environments
from tests.sql.plans import JOINED, NESTED
from tests.sql.test_agreement import CALCULATED, SETTINGS, SOME, agree, to_the_last_digit

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def spark():
    from tests.sql.spark import Spark

    database = Spark()
    yield database
    database.close()


@settings(SETTINGS, max_examples=60)
@given(tables(), environments(), SOME, st.sampled_from([NESTED, JOINED]))
def test_spark(spark, table, environment, some, mapping):
    agree(spark, table, environment, some, mapping)


@settings(SETTINGS, max_examples=30)
@given(tables(), environments(), CALCULATED)
def test_the_last_digit_in_spark(spark, table, environment, calculation):
    to_the_last_digit(spark, table, environment, calculation)
