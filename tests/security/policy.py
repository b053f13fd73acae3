"""Who may call which route, written down once more by hand: a route that is not here fails.

A line is the permission that a route asks for, and whom it is for besides: who sees the `project`
that the path names, the `owner` of what it names, `everybody` who has the permission and sees what
is theirs, or who sees `all` projects.
"""

PUBLIC = "public"
KNOWN = "known"

POLICY: dict[str, str] = {
    "GET /": PUBLIC,
    "GET /login": PUBLIC,
    "POST /logout": PUBLIC,
    "GET /docs": PUBLIC,
    "GET /docs/oauth2-redirect": PUBLIC,
    "GET /redoc": PUBLIC,
    "GET /openapi.json": PUBLIC,
    "GET /asyncapi": PUBLIC,
    "MOUNT /static": PUBLIC,
    "MOUNT /static-offline-docs": PUBLIC,
    "GET /v1/projects": "read everybody",
    "GET /v1/projects/{project}": "read project",
    "PUT /v1/projects/{project}": "operate project",
    "POST /v1/projects/{project}/stop": "operate project",
    "POST /v1/projects/{project}/resume": "operate project",
    "POST /v1/projects/{project}/requests": "send project",
    "POST /v1/projects/{project}/predictions": "send project",
    "GET /v1/decisions/{project}/{event_id}": "read project",
    "GET /v1/reports/{project}": "read project",
    "GET /v1/models/{project}": "read project",
    "GET /v1/queues": "review everybody",
    "POST /v1/queues/{queue}/claims": "review project",
    "POST /v1/leases/{lease}/heartbeat": "review owner",
    "POST /v1/leases/{lease}/release": "review owner",
    "POST /v1/leases/{lease}/decision": "review owner",
    "GET /v1/gaps": "operate all",
    "POST /v1/repair": "operate all",
    "POST /v1/republish": "operate all",
    "GET /v1/dead-letters": "operate all",
    "GET /v1/dead-letters/{id}": "operate all",
    "POST /v1/dead-letters/retry": "operate all",
    "POST /v1/dead-letters/drop": "operate all",
    "POST /v1/dead-letters/{id}/retry": "operate all",
    "POST /v1/dead-letters/{id}/drop": "operate all",
    "GET /v1/users": "administer all",
    "POST /v1/users": "administer all",
    "GET /v1/users/me": KNOWN,
    "GET /v1/users/{name}": "administer all",
    "PATCH /v1/users/{name}": "administer all",
    "DELETE /v1/users/{name}": "administer all",
    "DELETE /v1/users/{name}/sessions": "administer all",
    "POST /v1/users/{name}/tokens": "administer all",
    "GET /v1/tokens": "administer all",
    "POST /v1/tokens/{prefix}/rotate": "administer all",
    "DELETE /v1/tokens/{prefix}": "administer all",
    "GET /v1/access-log": "administer all",
    "GET /review": KNOWN,
    "GET /review/{queue}": "review project",
    "GET /review/{queue}/plain": "review project",
    "POST /review/{queue}/decide": "review project",
    "GET /dead-letters": "operate all",
    "GET /dead-letters/all": "operate all",
    "GET /dead-letters/{identity}": "operate all",
    "POST /dead-letters/all/retry": "operate all",
    "POST /dead-letters/all/drop": "operate all",
    "POST /dead-letters/{identity}/retry": "operate all",
    "POST /dead-letters/{identity}/drop": "operate all",
}

ROLES: dict[str, set[str]] = {
    "upstream": {"send", "read", "appeal"},
    "reviewer": {"review", "read"},
    "lead": {"review", "read", "lead", "appeal"},
    "ops": {"operate", "read", "appeal"},
    "admin": {"send", "read", "appeal", "review", "lead", "operate", "administer"},
}
