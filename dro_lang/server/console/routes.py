"""The routers of the console, in the order in which they are asked."""

from dro_lang.server.console import audit, fallout, integrations, looks, plan_list, tasks, tokens, users
from dro_lang.server.console.plan import acting, page
from dro_lang.server.console.programs import pages as programs

ROUTERS = (
    looks.router,
    plan_list.router,
    page.router,
    acting.router,
    tasks.router,
    fallout.router,
    integrations.router,
    programs.router,
    # Before `users`: its path is among the names that those take.
    tokens.router,
    users.router,
    audit.router,
)
