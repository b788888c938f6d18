"""How a server is run: where it is reached, who may embed what, and its limits."""

from urllib.parse import urlsplit

from attrs import field, frozen

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@frozen
class Rates:
    """How many requests a minute one caller may make: in all, of those that change something, and without success
    in saying who it is."""

    requests: int = 1200
    changes: int = 300
    failures: int = 20


@frozen
class Settings:
    """`url` is where browsers reach the server. `origins` are those of other sites whose pages may call the API with a
    token; `ancestors` those that may show the summary in a frame. `body` bounds a request's bytes."""

    url: str = "http://127.0.0.1:8020"
    origins: frozenset[str] = field(factory=frozenset)
    ancestors: frozenset[str] = field(factory=frozenset)
    body: int = 1_048_576
    rates: Rates = Rates()
    streams: int = 500
    """How many live streams may be open at once."""

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self.url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which requests may come: a page elsewhere that points its own name here is not among them."""
        return LOOPBACK if self.host in LOOPBACK else frozenset({self.host})

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"
