"""Random pictures: steps of all kinds in lanes, waits that form no circle, text of all sorts."""

from hypothesis import strategies as st

from dro_lang.interop.graphs.picture import Edge, Fact, Lane, Node, Picture
from dro_lang.kernel.states import StepStatus
from dro_lang.program.model import StepKind

NAMES = st.from_regex(r"[a-z][a-z_0-9]{0,40}", fullmatch=True)
HOSTILE = st.sampled_from(
    [
        'a "quoted" \\ text',
        "<script>alert(1)</script>",
        "a & b; # %% c",
        "%%{init: {}}%%",
        "]]> --> -.-> |x|",
        "line\nline",
        "\x00\x1b[2J\u202e\ufffe",
        "\\N\\l &lt; #34;",
        "`code` {a} [b] (c)",
        "日本語のテキスト 🙂",
        "end subgraph click style",
    ]
)
TEXTS = st.one_of(st.just(""), HOSTILE, st.text(max_size=60), st.just("only if email is known and balance > 0 EUR"))
LABELS = st.one_of(
    st.just(""), st.sampled_from(["completed", "expired or failed", "same item, passing cancels"]), HOSTILE
)


@st.composite
def pictures(draw: st.DrawFn, most: int = 12) -> Picture:
    count = draw(st.integers(0, most))
    lane_count = draw(st.sampled_from([1, 1, 2, 3, 4]))
    lanes: list[list[Node]] = [[] for _ in range(lane_count)]
    for i in range(count):
        node = Node(
            id=f"n{i}",
            key=f"G.n{i}",
            name=draw(NAMES),
            kind=draw(st.sampled_from(StepKind)),
            about=draw(TEXTS),
            details=tuple(draw(st.lists(TEXTS.filter(bool), max_size=3))),
            stacked=draw(st.booleans()),
            doc=draw(TEXTS),
            state=draw(st.one_of(st.none(), st.sampled_from(StepStatus))),
        )
        lanes[draw(st.integers(0, lane_count - 1))].append(node)
    near = [st.integers(max(0, j - 4), j - 1) for j in range(1, count)]
    waits = [draw(st.lists(one, unique=True, max_size=3)) for one in near]
    chosen = [(i, j) for j, awaited in enumerate(waits, start=1) for i in awaited]
    return Picture(
        title=draw(st.one_of(NAMES, HOSTILE)),
        doc=draw(TEXTS),
        facts=tuple(Fact(f"scenario_{i}", text, doc) for i, (text, doc) in enumerate(draw(_facts))),
        lanes=tuple(
            Lane(str(i), f"Group{i}", (draw(TEXTS),), draw(TEXTS), tuple(nodes)) for i, nodes in enumerate(lanes)
        ),
        edges=tuple(Edge(f"n{i}", f"n{j}", draw(LABELS), draw(st.booleans())) for i, j in chosen),
    )


_facts = st.lists(st.tuples(TEXTS, TEXTS), max_size=2)
