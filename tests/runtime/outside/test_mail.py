"""E-mail goes through a real server: what arrives, what a repeat looks like, and what refusals are called."""

import socket
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.outside.actions.mail.addresses import mailbox
from dro_lang.runtime.outside.configured import ConfiguredOutside, Resources
from tests.runtime.outside.plans import NOW, configuration, program, run
from tests.runtime.outside.post_office import PASSWORD, PostOffice, post_office

SEND = program(
    imports="import std.notify { SendEmail }",
    steps='step work: auto SendEmail { with { to: "ann@example.com", template: "reminder" } }',
)
ANN: Row = {"to": "Ann Lee <ann@example.com>", "template": "reminder"}
SETTINGS = """
[mail]
host      = "127.0.0.1"
port      = {port}
security  = "none"
sender    = "Billing <billing@example.com>"
templates = "templates"
timeout   = "5 seconds"
"""


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


Make = Callable[..., ConfiguredOutside]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes an outside with templates, of a mail server and a program."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "reminder.txt").write_text("Subject: For {{ to }}\n\nGood day, {{ body or 'sir' }}.\n", encoding="utf-8")
    (folder / "reminder.html").write_text("<p>Good day, {{ body or 'sir' }}.</p>", encoding="utf-8")
    made: list[ConfiguredOutside] = []

    def outside(port: int, of: Program = SEND, more: str = "") -> ConfiguredOutside:
        settings: Configuration = configuration(SETTINGS.format(port=port) + more, tmp_path)
        made.append(ConfiguredOutside(of, Resources(settings)))
        return made[-1]

    yield outside
    for each in made:
        each.resources.close()


def test_a_mail_arrives_as_text_and_as_html(office: PostOffice, make: Make) -> None:
    answer = make(office.port).answer(run("SendEmail", {**ANN, "body": "Tom & <b>Co</b>"}), NOW)
    assert isinstance(answer, Succeeded)
    [message] = office.messages
    assert message["Subject"] == "For Ann Lee <ann@example.com>"
    assert (message["From"], message["To"]) == ("Billing <billing@example.com>", "Ann Lee <ann@example.com>")
    assert message["X-Envelope"] == "ann@example.com"
    text, html = message.iter_parts()
    assert text.get_content().splitlines() == ["Good day, Tom & <b>Co</b>."]
    assert "Tom &amp; &lt;b&gt;Co&lt;/b&gt;" in html.get_content()
    assert answer.results == {"message_id": message["Message-ID"]}


def test_a_repeat_has_the_same_message_id_and_another_step_another(office: PostOffice, make: Make) -> None:
    outside = make(office.port)
    ids = []
    for command in (run("SendEmail", ANN), run("SendEmail", ANN), run("SendEmail", ANN, attempt=2)):
        answer = outside.answer(command, NOW)
        assert isinstance(answer, Succeeded)
        ids.append(answer.results["message_id"])
    assert len(set(ids)) == 1
    other = outside.answer(run("SendEmail", ANN, plan="A-2"), NOW)
    assert isinstance(other, Succeeded)
    assert other.results["message_id"] != ids[0]


def test_an_argument_takes_the_place_of_the_subject(office: PostOffice, make: Make) -> None:
    make(office.port).answer(run("SendEmail", {**ANN, "subject": "Über uns"}), NOW)
    assert office.messages[0]["Subject"] == "Über uns"


@settings(deadline=None, max_examples=30)
@given(st.text(min_size=1, max_size=30).filter(str.strip))
def test_no_subject_adds_a_header(office_of_all: tuple[PostOffice, ConfiguredOutside], subject: str) -> None:
    office, outside = office_of_all
    office.messages.clear()
    answer = outside.answer(run("SendEmail", {**ANN, "subject": subject + "\r\nBcc: eve@example.com"}), NOW)
    if isinstance(answer, Failed):
        return
    [message] = office.messages
    assert message["Bcc"] is None
    assert message["X-Envelope"] == "ann@example.com"


@pytest.fixture(scope="module")
def office_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PostOffice, ConfiguredOutside]]:
    folder = tmp_path_factory.mktemp("mail")
    (folder / "templates").mkdir()
    (folder / "templates" / "reminder.txt").write_text("Good day.", encoding="utf-8")
    with post_office() as office:
        outside = ConfiguredOutside(SEND, Resources(configuration(SETTINGS.format(port=office.port), folder)))
        yield office, outside
        outside.resources.close()


@pytest.mark.parametrize(
    "to",
    [
        "nobody",
        "",
        "a@b@c",
        "ann@example.com, eve@example.com",
        "ann@example.com\r\nBcc: eve@example.com",
        "a@-x.example",
    ],
)
def test_what_is_not_one_address_is_unknown(to: str, office: PostOffice, make: Make) -> None:
    answer = make(office.port).answer(run("SendEmail", {**ANN, "to": to}), NOW)
    assert isinstance(answer, Failed)
    assert (answer.code, office.messages) == ("ADDRESS_UNKNOWN", [])


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_makes_reading_an_address_fail(text: str) -> None:
    address = mailbox(text)
    assert address is None or ("\n" not in str(address) and "\r" not in str(address))


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("450 4.2.0 greylisted", "MAILBOX_BUSY"),
        ("452 4.2.2 over quota", "MAILBOX_BUSY"),
        ("552 5.2.2 mailbox full", "MAILBOX_BUSY"),
        ("550 5.1.1 no such user", "ADDRESS_UNKNOWN"),
        ("550 no such user here", "ADDRESS_UNKNOWN"),
        ("553 5.1.3 bad address", "ADDRESS_UNKNOWN"),
        ("550 5.7.1 spam", "MAIL_REFUSED"),
        ("554 no", "MAIL_REFUSED"),
    ],
)
def test_refusals_have_codes(reply: str, code: str, office: PostOffice, make: Make) -> None:
    office.recipients["ann@example.com"] = reply
    answer = make(office.port).answer(run("SendEmail", ANN), NOW)
    assert isinstance(answer, Failed)
    assert answer.code == code


def test_a_message_may_be_refused_too(office: PostOffice, make: Make) -> None:
    office.data_reply = "554 5.6.0 not this"
    answer = make(office.port).answer(run("SendEmail", ANN), NOW)
    assert isinstance(answer, Failed)
    assert answer.code == "MAIL_REFUSED"


def test_no_server(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    answer = make(port).answer(run("SendEmail", ANN), NOW)
    assert isinstance(answer, Failed)
    assert answer.code == "MAIL_SERVER"


def test_a_server_that_says_nothing(make: Make, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = SETTINGS.format(port=silent.getsockname()[1]).replace("5 seconds", "1 second")
        outside = ConfiguredOutside(SEND, Resources(configuration(settings, tmp_path)))
        answer = outside.answer(run("SendEmail", ANN), NOW)
        outside.resources.close()
    assert isinstance(answer, Failed)
    assert answer.code == "TIMEOUT"
    assert (answer.at - NOW).total_seconds() >= 1


def test_a_server_without_protection_where_it_is_wanted(office: PostOffice, tmp_path: Path, make: Make) -> None:
    settings = SETTINGS.format(port=office.port).replace('"none"', '"starttls"')
    outside = ConfiguredOutside(SEND, Resources(configuration(settings, tmp_path)))
    answer = outside.answer(run("SendEmail", ANN), NOW)
    outside.resources.close()
    assert isinstance(answer, Failed)
    assert (answer.code, office.messages) == ("MAIL_SERVER", [])


LOGIN = 'username = "billing"\npassword = { env = "MAIL_PASSWORD" }\n'


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize(
    ("password", "code"), [(PASSWORD, None), ("wrongwrong", "MAIL_SERVER"), (None, "SECRET_MISSING")]
)
def test_credentials(
    password: str | None,
    code: str | None,
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    if password is not None:
        monkeypatch.setenv("MAIL_PASSWORD", password)
    with post_office(authenticated=True) as office:
        answer = make(office.port, more=LOGIN).answer(run("SendEmail", ANN), NOW)
    assert (answer.code if isinstance(answer, Failed) else None) == code
    assert password is None or password not in caplog.text
    assert (code or "") in caplog.text


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("reminder", "Subject: x\n\n{{ nobody }}", "TEMPLATE_FAILED"),
        ("reminder", "Subject: x\n\n{% if %}", "TEMPLATE_FAILED"),
        ("reminder", "Subject: x\n\n{{ ''.__class__.__mro__ }}", "TEMPLATE_FAILED"),
        ("reminder", "Subject: x\n\n{% include '../../secret.txt' %}", "TEMPLATE_FAILED"),
        ("reminder", "no subject", "TEMPLATE_FAILED"),
        ("remainder", "Subject: x\n\n", "TEMPLATE_UNKNOWN"),
        ("../secret", "Subject: x\n\n", "TEMPLATE_UNKNOWN"),
    ],
)
def test_templates_that_cannot_be_used(
    name: str, text: str, code: str, office: PostOffice, make: Make, tmp_path: Path
) -> None:
    outside = make(office.port)
    (tmp_path / "secret.txt").write_text("Subject: x\n\nsecret", encoding="utf-8")
    (tmp_path / "templates" / "reminder.html").unlink()
    (tmp_path / "templates" / "reminder.txt").write_text(text, encoding="utf-8")
    answer = outside.answer(run("SendEmail", {**ANN, "template": name}), NOW)
    assert isinstance(answer, Failed)
    assert (answer.code, office.messages) == (code, [])


def test_an_action_of_ones_own_sends_mail_whose_template_sees_all_arguments(
    office: PostOffice, make: Make, tmp_path: Path
) -> None:
    own = program(
        "action Dun { takes { to : Text, template : Text, open : Money in EUR, until : Date } }",
        'step work: auto Dun { with { to: "a@b.example", template: "dun", open: 5 EUR, until: 2026-12-24 } }',
    )
    outside = make(office.port, own, '[actions.Dun]\nuse = "email"\n')
    template = "Subject: {{ open }} EUR\n\nPay until {{ until.strftime('%d.%m.%Y') }}.\n"
    (tmp_path / "templates" / "dun.txt").write_text(template, encoding="utf-8")
    arguments: Row = {"to": "a@b.example", "template": "dun", "open": Decimal("5.5"), "until": date(2026, 12, 24)}
    answer = outside.answer(run("Dun", arguments), NOW)
    assert isinstance(answer, Succeeded)
    assert answer.results == {}
    assert office.messages[0]["Subject"] == "5.5 EUR"
    assert office.messages[0].get_content().splitlines() == ["Pay until 24.12.2026."]
