"""Users, links that work once, sessions, tokens, and the log."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dro_lang.server.rights.accounts import LINK_LIFE, SESSION_LIFE, Accounts
from dro_lang.server.rights.audit import Actor, Audit, Outcome
from dro_lang.server.rights.database import Database
from dro_lang.server.rights.permissions import EVERY, NONE, Kind, Names, PermissionSet, Principal, Record, Scope
from dro_lang.server.rights.tokens import Tokens

OPERATOR = [PermissionSet.OPERATOR]


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 12, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "plans.db")
    yield database
    database.close()


@pytest.fixture
def accounts(database: Database, clock: Hands) -> Accounts:
    return Accounts(database, clock)


@pytest.fixture
def tokens(database: Database, clock: Hands) -> Tokens:
    return Tokens(database, clock)


# ---- users and sessions


def test_a_link_signs_in_once(accounts: Accounts) -> None:
    accounts.add("ada", OPERATOR, Names.of(["Account"]), NONE)
    link = accounts.new_link("ada")
    found = accounts.link_for(link)
    assert found is not None
    assert found.name == "ada"
    signed_in = accounts.sign_in(link, "10.0.0.1")
    assert signed_in is not None
    session = accounts.session(signed_in[1])
    assert session is not None
    assert session.principal == Principal("ada", Kind.PERSON, frozenset(OPERATOR), Names.of(["Account"]), NONE)
    assert accounts.link_for(link) is None
    assert accounts.sign_in(link, "10.0.0.1") is None


def test_of_many_who_use_one_link_at_once_one_gets_in(accounts: Accounts) -> None:
    accounts.add("ada", OPERATOR, EVERY, EVERY)
    link = accounts.new_link("ada")
    with ThreadPoolExecutor(8) as pool:
        got_in = list(pool.map(lambda _: accounts.sign_in(link, "here"), range(8)))
    assert sum(each is not None for each in got_in) == 1


def test_links_and_sessions_end(accounts: Accounts, clock: Hands) -> None:
    accounts.add("ada", OPERATOR, EVERY, EVERY)
    link = accounts.new_link("ada")
    clock.now += LINK_LIFE
    assert accounts.sign_in(link, "here") is None
    signed_in = accounts.sign_in(accounts.new_link("ada"), "here")
    assert signed_in is not None
    clock.now += SESSION_LIFE - timedelta(seconds=1)
    assert accounts.session(signed_in[1]) is not None
    clock.now += timedelta(seconds=1)
    assert accounts.session(signed_in[1]) is None


def test_rights_that_are_taken_away_hold_at_once(accounts: Accounts) -> None:
    accounts.add("ada", OPERATOR, EVERY, EVERY)
    signed_in = accounts.sign_in(accounts.new_link("ada"), "here")
    assert signed_in is not None
    accounts.change("ada", sets=[])
    session = accounts.session(signed_in[1])
    assert session is not None
    assert session.principal.sets == frozenset()
    accounts.change("ada", disabled=True)
    assert accounts.session(signed_in[1]) is None
    with pytest.raises(KeyError):
        accounts.new_link("ada")
    accounts.change("ada", disabled=False)
    assert accounts.session(signed_in[1]) is None
    assert accounts.new_link("ada")


def test_signing_out_ends_the_session(accounts: Accounts) -> None:
    accounts.add("ada", OPERATOR, EVERY, EVERY)
    signed_in = accounts.sign_in(accounts.new_link("ada"), "here")
    assert signed_in is not None
    accounts.sign_out(signed_in[1])
    assert accounts.session(signed_in[1]) is None


def test_who_comes_from_an_identity_provider_keeps_the_rights_of_the_sign_in(accounts: Accounts) -> None:
    principal = Principal("eve@example.com", Kind.PERSON, frozenset(OPERATOR), Names.of(["Account"]), EVERY)
    session = accounts.session(accounts.sign_in_as(principal, "here"))
    assert session is not None
    assert session.principal == principal


@pytest.mark.parametrize("name", ["", " ada", "a\nb", "x" * 201, "a\u202eb"])
def test_what_is_no_name(accounts: Accounts, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        accounts.add(name, [], NONE, NONE)


def test_a_name_is_taken_once(accounts: Accounts) -> None:
    accounts.add("ada", [], NONE, NONE)
    with pytest.raises(ValueError, match="already"):
        accounts.add("ada", [], NONE, NONE)


# ---- tokens


def test_a_token_is_known_by_its_text_and_kept_as_a_hash(tokens: Tokens, tmp_path: Path) -> None:
    token, text = tokens.new("crm", "test", OPERATOR, Names.of(["Account"]), NONE, timedelta(days=1), [Scope.READ])
    found = tokens.check(text)
    assert found is not None
    assert found.principal == Principal(
        "crm", Kind.MACHINE, frozenset(OPERATOR), Names.of(["Account"]), NONE, frozenset({Scope.READ})
    )
    assert text.startswith(f"dro_{token.id}_")
    secret = text.removeprefix(f"dro_{token.id}_").encode()
    assert all(secret not in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    "forge",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("dro_", "dro_0", 1)[: len(text)],
        lambda text: text + " ",
        lambda text: "",
        lambda text: text.upper(),
        lambda text: "' or 1=1 --",
    ],
)
def test_a_forged_token_is_nobody(tokens: Tokens, forge: object) -> None:
    _, text = tokens.new("crm", "test", OPERATOR, EVERY, EVERY, timedelta(days=1))
    assert callable(forge)
    assert tokens.check(forge(text)) is None
    assert tokens.check(text) is not None


def test_tokens_end_and_are_revoked(tokens: Tokens, clock: Hands) -> None:
    _, short = tokens.new("crm", "test", OPERATOR, EVERY, EVERY, timedelta(hours=1))
    kept, long = tokens.new("erp", "test", OPERATOR, EVERY, EVERY, timedelta(days=1))
    clock.now += timedelta(hours=1)
    assert tokens.check(short) is None
    assert tokens.check(long) is not None
    assert tokens.revoke(kept.id).revoked_at == clock.now
    assert tokens.check(long) is None
    with pytest.raises(KeyError):
        tokens.revoke("000000000000")


def test_a_read_token_goes_with_the_one_that_issued_it(tokens: Tokens, accounts: Accounts) -> None:
    issuer, _ = tokens.new("crm", "test", OPERATOR, EVERY, EVERY, timedelta(days=1))
    accounts.add("ada", OPERATOR, EVERY, EVERY)
    record, life = Record("Account", "A-1"), timedelta(minutes=15)
    _, of_machine = tokens.new_for_page(record, "ben", f"token:{issuer.id}", life)
    _, of_person = tokens.new_for_page(record, "ben", "user:ada", life)
    for text in (of_machine, of_person):
        found = tokens.check(text)
        assert found is not None
        assert (found.kind, found.record, found.name) == (Kind.PAGE, record, "ben")
    tokens.revoke(issuer.id)
    accounts.change("ada", disabled=True)
    assert tokens.check(of_machine) is None
    assert tokens.check(of_person) is None


@pytest.mark.parametrize("life", [timedelta(0), timedelta(days=-1), timedelta(days=400)])
def test_no_token_lives_for_ever(tokens: Tokens, life: timedelta) -> None:
    with pytest.raises(ValueError, match="lives"):
        tokens.new("crm", "test", OPERATOR, EVERY, EVERY, life)
    with pytest.raises(ValueError, match="lives"):
        tokens.new_for_page(Record("Account", "A-1"), "", "test", life)


# ---- the log


def test_the_log_tells_the_latest_first_page_by_page(database: Database, clock: Hands) -> None:
    audit = Audit(database, clock)
    ada, ben = (Actor(name, Kind.PERSON, "10.0.0.1", f"user:{name}") for name in ("ada", "ben"))
    for number in range(5):
        audit.note(ada, "retry a step", f"A-{number}", "Account", attempt=number)
    audit.note(ben, "retry a step", "A-1", "Account", Outcome.FORBIDDEN, lacks=["the scope act"])
    first = audit.entries(limit=2)
    assert [(entry.actor, entry.outcome, entry.subject) for entry in first] == [
        ("ben", "forbidden", "A-1"),
        ("ada", "done", "A-4"),
    ]
    rest = audit.entries(before=first[-1].id)
    assert [entry.subject for entry in rest] == ["A-3", "A-2", "A-1", "A-0"]
    assert [entry.actor for entry in audit.entries(subject="A-1")] == ["ben", "ada"]
    assert audit.entries(actor="' or 1=1 --") == []
    assert first[0].detail == {"lacks": ["the scope act"]}


# ---- the file


def test_what_is_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "plans.db"
    database = Database(path)
    Accounts(database).add("ada", OPERATOR, EVERY, EVERY)
    database.close()
    again = Database(path)
    assert [user.name for user in Accounts(again).users()] == ["ada"]
    again.close()


def test_a_file_that_is_no_database_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be taken for one" * 50)
    with pytest.raises(sqlite3.DatabaseError):
        Database(path)
    assert path.read_text().startswith("not a database")
