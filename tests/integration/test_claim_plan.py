"""How much of a queue PostgreSQL reads for a claim."""

from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import Session, text

from services.review.adapters import statements
from shared.database import Database
from shared.database.prepared import connection_of
from tests.builders import NOON
from tests.databases import ReviewDatabases

WAITING, HELD = 3_000, 2_000
_NUMBERS = {"waiting": WAITING, "held": HELD}
_FILL = (
    text(
        "INSERT INTO review_items"
        " (project, event_id, stage, settled, late, round, votes, decisions,"
        " queue, reason, received_at, predicted, doubt, novelty, rank)"
        " SELECT 'churn', 'e' || n, 'routed', false, false, 1, 0, 0,"
        " 'churn', 'uncertain', now(), 'stay', 0.5, 0, n FROM generate_series(1, :waiting) AS n"
    ),
    text(
        "INSERT INTO review_slots"
        " (item_id, token, queue, reason, received_at, predicted, doubt, novelty, rank)"
        " SELECT id, 0, queue, reason, received_at, predicted, doubt, novelty, rank"
        " FROM review_items"
    ),
    text("ANALYZE review_items, review_slots"),
)
_HOLD = text(
    "UPDATE review_slots SET lease_id = 'l' || id, holder = 'ada', token = 1,"
    " expires_at = '2100-01-01' WHERE rank <= :held"
)
_MADE = text("SELECT custom_plans FROM pg_prepared_statements WHERE statement LIKE '%anon_3%'")
ASKED = {
    "of_queue": "churn",
    "of_reviewer": "ada",
    "now": NOON,
    "urgent_until": NOON + timedelta(minutes=1),
}


def rows_read(session: Session) -> int:
    """What the claim of candidates reads on its way, by PostgreSQL's own account."""
    connection = connection_of(session)
    compiled = statements.candidates(5)._for(connection.dialect, ASKED)
    driver = connection.connection.driver_connection
    assert driver is not None
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled.sql}"
    ((((plan,),),)) = driver.execute(explain, compiled.bound(ASKED)).fetchall()
    return round(sum(_rows(plan["Plan"])))


def _rows(node: dict[str, object]) -> Iterator[float]:
    rows, loops = node["Actual Rows"], node["Actual Loops"]
    assert isinstance(rows, int | float)
    assert isinstance(loops, int | float)
    yield rows * loops
    inner = node.get("Plans", [])
    assert isinstance(inner, list)
    for each in inner:
        yield from _rows(each)


def test_a_claim_reads_few_rows_of_thousands_whoever_holds_how_many(
    review_databases: ReviewDatabases,
) -> None:
    """Though the planner has last looked at the tables when nobody held anything."""
    database: Database = review_databases.on_postgresql()
    with database.write() as session:
        for statement in _FILL:
            session.connection().execute(statement, _NUMBERS)
    with database.read() as session:
        before = rows_read(session)
    assert before < WAITING / 10
    with database.write() as session:
        session.connection().execute(_HOLD, _NUMBERS)
    with database.read() as session:
        assert rows_read(session) < before + HELD / 4
    database.close()


def test_the_plan_of_a_claim_is_made_once(review_databases: ReviewDatabases) -> None:
    """The driver prepares a statement at its sixth use, PostgreSQL keeps a plan after five more."""
    database: Database = review_databases.on_postgresql()
    with database.write() as session:
        for statement in _FILL:
            session.connection().execute(statement, _NUMBERS)
    with database.read() as session:
        for _ in range(15):
            assert len(list(statements.candidates(5).on(session, **ASKED))) == 5
        made = session.connection().scalar(_MADE)
    assert made is not None
    assert made <= 5
    database.close()
