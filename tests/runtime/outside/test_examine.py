"""What plans need of a configuration is found before they run."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dro_lang.program.model import Program
from dro_lang.runtime.outside.configured import Resources
from dro_lang.runtime.outside.examine import findings_of
from tests.runtime.outside.plans import configuration, program

CALL = program(
    "integration Erp { takes { account : Id, note : Text optional }  gives { reference : Text } }",
    "step work: callout Erp { with { account: id } }",
)
MARK = program("action Mark { takes { id : Id, note : Text } }", 'step work: auto Mark { with { id: id, note: "x" } }')
ROUTED = program(
    "queue Near\nqueue Far\nqueue Open\nrouting Route for Account { when level = Low to queue Near by round robin\n"
    "otherwise to queue Far by least loaded }",
    "step work: manual { assign to routing Route }\nstep open: manual { assign to queue Open }",
)
MAILED = program(
    "action Dun { takes { to : Text, template : Text, subject : Text optional }  gives { message_id : Text } }",
    'step work: auto Dun { with { to: "a@b.example", template: "dun", subject: "x" } }\n'
    'step last: auto Dun { with { to: "a@b.example", template: "dun" } }',
)
MAIL = '[mail]\nhost = "h"\nsender = "a@b.example"\ntemplates = "."\n'


def told(of: Program, text: str, folder: Path) -> list[str]:
    resources = Resources(configuration(text, folder))
    try:
        found = findings_of([of], resources)
    finally:
        resources.close()
    return [f"{each.code} {each.message}" + (f" | {each.help}" if each.help else "") for each in found]


@pytest.mark.parametrize(
    ("of", "text", "expected"),
    [
        (
            CALL,
            '[integrations.Epr]\nurl = "https://e.example"\n',
            [
                "C0205 the integration `Erp` has no endpoint | is `Epr` meant?",
                "W4001 no plan that was looked at has the integration `Epr` | did you mean `Erp`?",
            ],
        ),
        (
            CALL,
            '[integrations.Erp]\nurl = "https://e.example/{note}"\nresults = { refrence = "r" }\n',
            [
                "C0209 `note` stands in the address of `Erp`, and may be unknown",
                "C0209 `results` of `Erp` names `refrence`, which is none of them | there is `reference`",
            ],
        ),
        (
            MARK,
            '[actions.Mark]\nuse = "record"\ntarget = "acounts"\n[records.accounts]\nfile = "a.csv"\nkey = "id"\n',
            ["C0209 there are no records `acounts` | did you mean `accounts`?"],
        ),
        (
            MARK,
            '[actions.Mark]\nuse = "email"\n' + MAIL,
            ["C0202 `email` does not fit the action `Mark`: it takes no `to : Text`"],
        ),
        (MAILED, '[actions.Dun]\nuse = "email"\n', ["C0201 nothing carries out the action `Dun`"]),
        (
            ROUTED,
            '[queues]\nNear = ["ann@example.com"]\nFra = ["bob@example.com"]\n',
            [
                "C0206 the queue `Far` has no members, and tasks are given to them in turn | is `Fra` meant?",
                "W4001 no plan that was looked at has the queue `Fra` | did you mean `Far`?",
            ],
        ),
    ],
)
def test_what_is_told(of: Program, text: str, expected: list[str], tmp_path: Path) -> None:
    found = told(of, text, tmp_path)
    assert len(found) == len(expected)
    for each, start in zip(found, expected, strict=True):
        assert each.startswith(start)


def test_columns_are_looked_up(tmp_path: Path) -> None:
    text = (
        '[actions.Mark]\nuse = "record"\ntarget = "accounts"\n'
        '[records.accounts]\ndatabase = "crm.db"\ntable = "accounts"\nkey = "id"\n'
    )
    assert told(MARK, text, tmp_path)[0].startswith("C0209 `Mark` cannot update records: ")
    with closing(sqlite3.connect(tmp_path / "crm.db")) as made:
        made.execute("CREATE TABLE accounts (id, remark)")
    assert told(MARK, text, tmp_path) == [
        "C0209 `Mark` sets `note`, and there is no such column | columns: `id`, `remark`"
    ]


def test_templates_are_read(tmp_path: Path) -> None:
    text = MAIL + '[actions.Dun]\nuse = "email"\n'
    assert "C0207 there is no template `dun`" in told(MAILED, text, tmp_path)[0]
    (tmp_path / "dun.txt").write_text("Pay!", encoding="utf-8")
    [one] = told(MAILED, text, tmp_path)  # only the last step gives no subject
    assert one.startswith("C0207 the template `dun` has no subject, and a step gives it none: ")
    (tmp_path / "dun.txt").write_text("Subject: x\n\n{% if %}", encoding="utf-8")
    [one] = told(MAILED, text, tmp_path)
    assert "line 3" in one
    (tmp_path / "dun.txt").write_text("Subject: x\n\nPay!", encoding="utf-8")
    assert told(MAILED, text, tmp_path) == []


def test_names_in_templates_are_held_against_the_action(tmp_path: Path) -> None:
    text = MAIL + '[actions.Dun]\nuse = "email"\n'
    (tmp_path / "dun.txt").write_text("Subject: {{ subjet }}\n\nPay {{ to }}!\n{% if\n level > 1 %}x{% endif %}\n")
    (tmp_path / "dun.html").write_text("{% for to in [template] %}{{ to }}{% endfor %}{% include 'foot.html' %}")
    (tmp_path / "foot.html").write_text("\n{{ to }}\n<p title='{{ level }}'>{{ footing }} {{ level }}")
    resources = Resources(configuration(text, tmp_path))
    found = findings_of([MAILED], resources)
    resources.close()
    places = {
        (Path(each.span.source.name).name, each.span.source.position(each.span.start)[0], each.span.text): each.help
        for each in found
    }
    assert places == {
        ("dun.txt", 1, "subjet"): "did you mean `subject`?",
        ("dun.txt", 5, "level"): "it takes `to`, `template`, `subject`",
        ("foot.html", 3, "level"): "it takes `to`, `template`, `subject`",
        ("foot.html", 3, "footing"): "it takes `to`, `template`, `subject`",
    }
    assert {each.message for each in found} >= {"the template uses `level`, which `Dun` does not take"}


@pytest.mark.parametrize(
    "template",
    [
        "{{ to | upper }} {{ subject.strip() }} {{ range(3) }}",
        "{% if level is defined %}{{ level }}{% endif %}{{ risk | default('low') }}",
        "{% set level = 1 %}{{ level }}{% for each in [1] %}{{ loop.index }}{% include 'foot.txt' %}{% endfor %}",
        "{% macro line(text) %}{{ text }}{{ caller() }}{% endmacro %}{% call line('x') %}y{% endcall %}",
        "{% import 'lines.txt' as lines %}{% from 'lines.txt' import line as of %}{{ lines.line(1) }}{{ of(2) }}",
        "{% extends 'base.txt' %}{% block body %}{{ super() }}{{ self.body }}{% endblock %}",
        "{% include template %}",
    ],
)
def test_what_a_template_sets_or_asks_for_is_no_argument(template: str, tmp_path: Path) -> None:
    (tmp_path / "dun.txt").write_text(f"Subject: x\n\n{template}")
    (tmp_path / "foot.txt").write_text("{{ level }} {{ each }}")
    (tmp_path / "lines.txt").write_text("{% macro line(text) %}{{ text }}{% endmacro %}")
    (tmp_path / "base.txt").write_text("{% block body %}{{ to }}{% endblock %}")
    assert told(MAILED, MAIL + '[actions.Dun]\nuse = "email"\n', tmp_path) == []


def test_secrets_of_callbacks_have_a_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2hunter2")
    text = '[integrations.Erp]\nurl = "https://e.example"\ncallback_secrets = [{ env = "SECRET" }]\n'
    [one] = told(CALL, text, tmp_path)
    assert one == "C0107 this secret of `Erp` is none for callbacks: `whsec_`, then 24 to 64 bytes in base64"


def test_files_are_looked_up(tmp_path: Path) -> None:
    text = '[mail]\nhost = "h"\nsender = "a@b.example"\ntemplates = "mails"\n[actions.Dun]\nuse = "email"\n'
    assert told(MAILED, text, tmp_path) == ["C0103 `templates` is no folder that is there"]
    text = '[integrations.Erp]\nurl = "https://e.example"\nauthorities = "ca.pem"\n'
    assert told(CALL, text, tmp_path) == ["C0103 `authorities` is no file of certificates: no such file or directory"]
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    assert told(CALL, text, tmp_path) == ["C0103 `authorities` is no file of certificates: it holds no certificates"]
    text = '[objects.Account]\nrecords = "accounts.csv"\nitems = "sqlite:crm.db?table=items"\n'
    text += '[integrations.Erp]\nurl = "https://e.example"\n'
    records, items = told(CALL, text, tmp_path)
    assert records == f"C0103 `{tmp_path / 'accounts.csv'}` cannot be read: no such file or directory | check the path"
    assert items == f"C0103 `{tmp_path / 'crm.db'}` cannot be read: no such file or directory | check the path"
    (tmp_path / "accounts.csv").write_text("Id\n", encoding="utf-8")
    assert told(CALL, text, tmp_path) == [items]
