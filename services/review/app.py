"""Wires the review service together: its routes, and what stands in front of them."""

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from services.review.adapters.resting import Resting
from services.review.adapters.secret_files import load_secret
from services.review.api import (
    access_log,
    certificates,
    contracts,
    dead_letters,
    document,
    drift,
    erasing,
    exams,
    gathering,
    gold,
    label_errors,
    leases,
    models,
    own,
    passwords,
    practice,
    problems,
    projects,
    quality,
    queues,
    records,
    repairs,
    reports,
    seals,
    second_looks,
    sending,
    similar,
    simulations,
    slices,
    tokens,
    users,
    watching,
)
from services.review.api.caller import Doorkeeper, check_routes
from services.review.api.cookies import STREAKS, Cookie
from services.review.api.direct import Direct
from services.review.api.limits import Limits
from services.review.api.outward import Outward
from services.review.api.rates import RateLimits
from services.review.api.serving import serve
from services.review.api.tls import StrictTransport
from services.review.core import Core, lifespan
from services.review.domain.identity import Reading, grants_of
from services.review.settings import Settings
from services.review.use_cases.certificates import ReadCertificates
from services.review.use_cases.dead_letters import WorkDeadLetters
from services.review.use_cases.desk import Desk
from services.review.use_cases.drifting import ReadDrift
from services.review.use_cases.erasing import EraseSubjects
from services.review.use_cases.federation import LogInByProvider
from services.review.use_cases.lifting import ReadLift
from services.review.use_cases.measuring import MeasureReviewers
from services.review.use_cases.models import KeepModels
from services.review.use_cases.people import KeepPeople
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.records import ReadRecords
from services.review.use_cases.reporting import ReportContribution
from services.review.use_cases.requesting import AskForCandidate
from services.review.use_cases.sending import SendEvents
from services.review.use_cases.simulating import SimulatePolicy
from services.review.use_cases.slicing import ReadSlices
from services.review.use_cases.tokens import KeepTokens
from services.review.use_cases.verifying import VerifyLedger
from services.review.web import (
    entrance,
    letter_pages,
    model_pages,
    oversight,
    own_page,
    pages,
    provider_login,
    what_if_page,
)
from services.review.web.html import Pages
from services.review.web.tabs import Tabs
from shared.observability import Operated

_HOT = ("/v1/queues/{queue}/claims", "/v1/leases/{lease}/decision")


def create_app(settings: Settings) -> Operated:
    """The review service as an ASGI application: consuming starts with its lifespan."""
    core = Core(settings)
    direct = Direct(create_routes(core), _HOT, core.hands)
    limited = Limits(direct, settings.max_body_bytes)
    counted = RateLimits(limited, settings.rates, core.metrics.requests_limited)
    secured = StrictTransport(counted, settings.public_url)
    outward = Outward(secured)
    followed = core.listener.follow(outward) if core.listener else outward
    return Operated(followed, core.readiness, core.registry)


def create_routes(core: Core) -> FastAPI:
    """Every route of the service but those for operations."""
    app = FastAPIOffline(
        title="Handraise",
        version="1",
        lifespan=lambda _: lifespan(core),
    )
    problems.install(app)
    door = Doorkeeper(core.access, core.cookie, core.settings.public_url)
    settings, provider = core.settings, bool(core.settings.oidc_issuer)
    shown = Pages(passwords=settings.passwords, provider=provider, images=settings.image_hosts)
    _add_work(app, core, door, shown)
    serve(app, contracts.router())
    _add_letters(app, core, door, shown)
    _add_people(app, core, door)
    _add_entrance(app, core, door, shown)
    check_routes(app.routes)
    document.complete(app)
    return app


def _add_work(app: FastAPI, core: Core, door: Doorkeeper, shown: Pages) -> None:
    desk = Desk(core.store, core.relay, core.metrics, core.clock, core.coin_key, core.traces)
    keep = KeepProjects(core.store, core.relay, core.clock)
    serve(app, leases.router(door, desk.work, desk.decide, desk.undo))
    serve(app, queues.router(door, desk.work, core.clock))
    serve(app, watching.router(door, desk.watch, lambda: core.readiness.leaving))
    serve(app, similar.router(door, desk.similar))
    serve(app, gathering.router(door, desk.gather))
    serve(app, second_looks.router(door, desk.appeal, desk.revoke))
    serve(app, label_errors.router(door, desk.look_again))
    serve(app, projects.router(door, keep))
    simulate = SimulatePolicy(core.store, Resting())
    serve(app, simulations.router(door, simulate))
    serve(app, what_if_page.router(shown, door, simulate, Tabs(keep)))
    serve(app, exams.router(door, desk.exam))
    serve(app, practice.router(door, desk.practise))
    serve(app, gold.router(door, desk.gold))
    serve(app, quality.router(door, desk.measure, desk.standing))
    serve(app, own.router(door, desk.measure))
    serve(app, sending.router(door, SendEvents(core.store, core.relay, core.clock)))
    read = ReadRecords(core.store, core.clock)
    contribution = ReportContribution(core.store, core.clock)
    lift = ReadLift(core.store, core.clock)
    serve(app, reports.router(door, contribution, lift))
    serve(app, seals.router(door, VerifyLedger(core.store, core.signer), read.prove))
    erase = EraseSubjects(core.store, core.relay, core.leftovers, core.clock)
    serve(app, erasing.router(door, erase))
    promised = ReadCertificates(core.store, core.coin_key)
    serve(app, certificates.router(door, promised))
    serve(app, records.router(door, read, promised))
    pages.install(app, shown, door, desk, keep, read)
    versions = KeepModels(core.store, core.relay, core.clock)
    ask = AskForCandidate(core.store, core.relay, core.clock)
    serve(app, models.router(door, versions, ask))
    model_pages.install(app, shown, door, Tabs(keep), versions, ask)
    sliced = ReadSlices(core.store)
    serve(app, slices.router(door, sliced))
    drifting = ReadDrift(core.store)
    serve(app, drift.router(door, drifting))
    figures = oversight.Figures(read, promised, sliced, drifting, contribution, lift)
    oversight.install(app, shown, door, keep, figures)


def _add_letters(app: FastAPI, core: Core, door: Doorkeeper, shown: Pages) -> None:
    letters = WorkDeadLetters(core.store, core.relay, core.clock, core.keys)
    serve(app, dead_letters.router(door, letters))
    serve(app, repairs.router(door, core.reconcile, core.republish, core.clock))
    letter_pages.install(app, shown, door, letters)


def _add_people(app: FastAPI, core: Core, door: Doorkeeper) -> None:
    people = KeepPeople(core.store, core.clock)
    keep = KeepTokens(core.store, core.clock)
    serve(app, passwords.router(door, core.passwords))
    serve(app, users.router(door, people))
    serve(app, tokens.router(door, keep, core.clock, core.settings.public_url))
    serve(app, access_log.router(door, people))


def _add_entrance(app: FastAPI, core: Core, door: Doorkeeper, shown: Pages) -> None:
    serve(app, entrance.links(shown, door, core.access, core.cookie))
    serve(app, entrance.by_password(shown, door, core.passwords, core.cookie))
    log_in = _provider(core)
    if log_in:
        public_url = core.settings.public_url
        serve(app, provider_login.router(shown, log_in, core.cookie, public_url))
    measure = MeasureReviewers(core.store, core.clock)
    cookies = own_page.Cookies(core.cookie, Cookie(STREAKS, core.settings.public_url))
    tabs = Tabs(KeepProjects(core.store, core.relay, core.clock))
    serve(app, own_page.router(shown, door, core.passwords, measure, tabs, cookies))


def _provider(core: Core) -> LogInByProvider | None:
    settings = core.settings
    if not settings.oidc_issuer:
        return None
    from services.review.adapters.oidc import OidcProvider  # noqa: PLC0415 - 28 MB

    secret = settings.oidc_client_secret_file
    client = (settings.oidc_client_id or "", load_secret(secret) if secret else "")
    provider = OidcProvider(settings.oidc_issuer, client, settings.oidc_scope, core.clock)
    grants = grants_of(settings.oidc_roles)
    reading = Reading(settings.oidc_name_claim, settings.oidc_role_claim, grants)
    return LogInByProvider(core.store, provider, reading, core.clock)
