"""Addresses of e-mail, with the name of whom they are of."""

import re
from email.headerregistry import Address, AddressHeader, HeaderRegistry

_UNFIT = re.compile(r"[\x00-\x1f\x7f]")
_headers = HeaderRegistry()


def mailbox(text: str) -> Address | None:
    """The one address in a text, `ann@example.com` or `Ann Lee <ann@example.com>`; None where it is not one."""
    if _UNFIT.search(text):
        return None
    try:
        header = _headers("to", text)
    except Exception:  # the parser of the standard library stumbles over some texts in its own ways
        return None
    assert isinstance(header, AddressHeader)
    if header.defects or len(header.addresses) != 1:
        return None
    [address] = header.addresses
    return address if address.username and _is_domain(address.domain) else None


def _is_domain(name: str) -> bool:
    if name.startswith("[") and name.endswith("]"):
        return True  # an address of the network itself, which the server judges
    try:
        plain = name.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    return all(re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", part) for part in plain.split("."))


def in_ascii(address: Address) -> Address:
    """The address with its domain as mail servers know it (IDNA)."""
    if address.domain.startswith("["):
        return address
    return Address(address.display_name, address.username, address.domain.encode("idna").decode("ascii"))
