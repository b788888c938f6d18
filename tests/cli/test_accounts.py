"""`drolang user` and `drolang token`."""

import json
import re
from pathlib import Path

from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.server.rights.accounts import Accounts
from dro_lang.server.rights.audit import Audit
from dro_lang.server.rights.database import Database
from dro_lang.server.rights.tokens import Tokens
from tests.cli.shell import Shell


def test_a_user_is_added_changed_and_let_in(drolang: Shell, tmp_path: Path) -> None:
    added = drolang("user", "add", "ada", "--set", "operator", "--object", "Account", "--queue", "Calls")
    assert (added.code, added.out) == (0, "")
    assert "drolang user link ada" in added.err
    assert drolang("user", "set", "ada", "--object", "*").code == 0
    [user] = json.loads(drolang("user", "list", "--format", "json").out)
    assert (user["sets"], user["objects"], user["queues"]) == (["operator"], ["*"], ["Calls"])
    link = drolang("user", "link", "ada", "--url", "https://plans.example/")
    found = re.fullmatch(r"https://plans\.example/sign-in\?link=(\S{43})\n", link.out)
    assert found
    database = Database(tmp_path / "plans.db")
    assert Accounts(database).link_for(found[1])
    assert [entry.operation for entry in Audit(database).entries()] == [
        "make a sign-in link",
        "change a user",
        "add a user",
    ]
    database.close()


def test_accounts_are_those_of_the_store_that_the_server_takes(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "drolang.toml").write_text('store = "kept.db"\n', encoding="utf-8")
    assert f"--store {tmp_path / 'kept.db'}" in drolang("user", "add", "ada").err
    assert drolang("token", "new", "crm").code == 0
    assert not (tmp_path / "plans.db").exists()
    database = Database(tmp_path / "kept.db")
    assert [user.name for user in Accounts(database).users()] == ["ada"]
    assert [token.name for token in Tokens(database).tokens()] == ["crm"]
    database.close()


def test_a_disabled_user_gets_no_link(drolang: Shell) -> None:
    drolang("user", "add", "ada")
    assert drolang("user", "disable", "ada").err == "disabled ada\n"
    refused = drolang("user", "link", "ada")
    assert (refused.code, refused.out) == (2, "")
    assert "there is no user `ada` who may sign in" in refused.err
    drolang("user", "enable", "ada")
    assert drolang("user", "link", "ada").code == 0


def test_a_token_is_shown_once(drolang: Shell, tmp_path: Path) -> None:
    made = drolang("token", "new", "crm", "--set", "submit", "--object", "Account", "--expires", "12h")
    text = made.out.strip()
    database = Database(tmp_path / "plans.db")
    token = Tokens(database).check(text)
    assert token is not None
    listed = drolang("token", "list")
    assert token.id in listed.out
    assert text.removeprefix(f"dro_{token.id}_") not in listed.out
    assert drolang("token", "revoke", token.id).code == 0
    assert Tokens(database).check(text) is None
    assert text not in json.dumps([dict(entry.detail) for entry in Audit(database).entries()])
    database.close()


def test_mistakes_are_told(drolang: Shell, tmp_path: Path) -> None:
    assert drolang("user", "list").err.startswith("error: there is no store `plans.db` (R0401)\n")
    assert not (tmp_path / "plans.db").exists()
    drolang("user", "add", "ada")
    assert drolang("user", "add", "ada").err == "error: there is a user `ada` already\n"
    assert drolang("user", "set", "bob", "--set", "admin").code == 2
    assert "write it as 15m, 12h or 90d" in drolang("token", "new", "crm", "--expires", "soon").err
    assert "lives for up to 366 days" in drolang("token", "new", "crm", "--expires", "400d").err
    assert "there is no token `x`" in drolang("token", "revoke", "x").err
    (tmp_path / "notes.txt").write_text("text" * 2000)
    broken = drolang("user", "list", "--store", "notes.txt")
    assert broken.code == 2
    assert broken.err.startswith("error: `notes.txt` is no database (R0403)\n")


def test_accounts_may_come_before_plans(drolang: Shell, tmp_path: Path) -> None:
    drolang("user", "add", "ada")
    store = SqliteStore.open(tmp_path / "plans.db")
    assert store.programs() == []
    store.close()
