"""S01 who asks; S02 what is asked; S03 conditions of changes; S04 limits; S05 the server itself."""

CODES = {
    "S0101": "nobody is signed in",
    "S0102": "this is not allowed",
    "S0103": "a change that another site asked for",
    "S0201": "a request that cannot be understood",
    "S0202": "there is nothing of that name",
    "S0203": "a method that does not apply",
    "S0204": "a request that is too large",
    "S0205": "a body of the wrong type",
    "S0206": "a request for another host",
    "S0301": "somebody else was first",
    "S0302": "an idempotency key that was used for something else",
    "S0303": "the plan does not allow it now",
    "S0304": "the accounts do not allow it",
    "S0401": "too many requests",
    "S0501": "the store cannot be reached",
    "S0502": "a defect of the server",
    "S0503": "too many live streams",
    "S0504": "the identity provider cannot be used",
    "S0505": "the records of an object cannot be read",
}
