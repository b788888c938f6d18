"""The random programs have all that the language has, or laws about them would say little."""

from hypothesis import HealthCheck, given, settings

from dro_lang.kernel.states import StepStatus
from tests.programs.sources import Sources
from tests.programs.strategies import programs
from tests.programs.test_running import Case, cases, run

PHRASES = """
usage Care {|enum |record |context |mapping |queue |calendar |holidays|action |integration |async|timeout|routing
to routing|to user|to queue|by round robin|by least loaded|otherwise to|list of|items of|items in|items of "|from "
optional|Money in JPY|Duration|DateTime|import shop.parts|import shop.words|module |language 1.0|///|//
version |timezone |priority |fallout for auto|fallout for callout| on "BUSY"|service level for manual|then queue
choose every matching|choose first matching|choose exactly one
unless |    otherwise\n|    usage |  usage |when | as first
: auto |: callout |: manual|: milestone|: pause|for each item|only if|else skip branch|starts on|after previous|before
 at 09:00|until |expires after|assign |due within|warn |with {|gives {|retry 2 times|times every|retry after
on amend run|on cancel run|in reverse|point of no return|freeze by completing|run as|after any of|for the same item
for every item|passing amends|passing cancels|passing changes|completed|skipped|expired|failed|canceled
 or |is known|is unknown
default(|not in|not (|any(|all(|count(|sum(|business days|today|now|weekday(|round(|item.|First.
test "|property "|given |expect scenario|expect step|complete |set {|advance |unknown|assume 
"""  # noqa: W291


def test_the_programs_have_every_part_of_the_language() -> None:
    left = {phrase.replace("\\n", "\n") for line in PHRASES.strip("\n").split("\n") for phrase in line.split("|")}
    left -= {""}

    @settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(programs())
    def look(sources: Sources) -> None:
        whole = "\n".join(sources.modules.values())
        left.difference_update([phrase for phrase in left if phrase in whole])

    look()
    assert left == set()


def test_the_runs_reach_the_states_that_they_can() -> None:
    seen: set[str] = set()

    @settings(max_examples=80, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(cases())
    def look(case: Case) -> None:
        seen.update(step.state for step in run(case).steps)

    look()
    assert seen >= {
        *(StepStatus.PENDING, StepStatus.SCHEDULED, StepStatus.READY, StepStatus.IN_PROGRESS, StepStatus.COMPLETED),
        *(StepStatus.SKIPPED, StepStatus.BYPASSED, StepStatus.EXPIRED),
    }
