"""Service credits, booked in a file. Asked again with the same key, an action gives what it gave before."""

import json
from decimal import Decimal
from pathlib import Path
from threading import Lock

from dro_lang.actions import Call, action

BOOK = Path(__file__).parent / "credits.ndjson"
_booking = Lock()


@action("IssueServiceCredit")
def issue_service_credit(obligation: str, amount: Decimal, call: Call) -> dict[str, str]:
    with _booking:
        lines = BOOK.read_text(encoding="utf-8").splitlines() if BOOK.exists() else []
        booked = [json.loads(line) for line in lines]
        for credit in booked:
            if credit["key"] == call.key:
                return {"credit_no": credit["credit_no"]}
        number = f"SC-{len(booked) + 1:04}"
        credit = {"credit_no": number, "obligation": obligation, "amount": str(amount), "key": call.key}
        with BOOK.open("a", encoding="utf-8") as file:
            file.write(json.dumps(credit) + "\n")
    return {"credit_no": number}
