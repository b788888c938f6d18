"""Cookies: what a browser is to keep, out of reach of scripts and of other sites."""

from datetime import timedelta

from starlette.responses import Response

from dro_lang.server.settings import Settings


def keep(response: Response, settings: Settings, name: str, value: str, life: timedelta) -> None:
    """Have the browser keep a secret and send it to this server alone."""
    response.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()),
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def forget(response: Response, settings: Settings, name: str) -> None:
    response.delete_cookie(name, path="/", secure=settings.secure, httponly=True, samesite="lax")
