"""Whether a step is one that a filter means, where no index says so: steps that are pending or finished."""

from dro_lang.runtime.embedded.lists import Sight, StepFilter
from dro_lang.runtime.embedded.port import StepRow


def fits(filter: StepFilter, row: StepRow) -> bool:
    """Whether a filter means a step. The same as what the store says of open steps."""
    wanted = (
        (filter.plan_id, row.plan_id),
        (filter.program, row.header.program),
        (filter.plan, row.header.plan),
        (filter.group, row.id.group),
        (filter.step, row.id.step),
        (filter.item, row.id.item),
        (filter.queue, row.queue),
        (filter.assignee, row.assignee),
        (filter.target, row.target),
        (filter.error, row.error),
    )
    return (
        all(asked is None or asked == found for asked, found in wanted)
        and (not filter.statuses or row.status in filter.statuses)
        and (not filter.kinds or row.kind in filter.kinds)
        and (not filter.jeopardy or row.jeopardy in filter.jeopardy)
        and not (filter.unassigned and row.assignee is not None)
        and (filter.due_before is None or (row.due_at is not None and row.due_at < filter.due_before))
        and seen(filter.sight, row)
    )


def seen(sight: Sight, row: StepRow) -> bool:
    """Whether somebody may see a step."""
    if sight.objects is not None and row.header.object not in sight.objects:
        return False
    own = row.assignee is not None and row.assignee == sight.user
    return sight.queues is None or row.queue is None or own or row.queue in sight.queues
