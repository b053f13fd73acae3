"""Every operation of the API as a method; `operation.py` says how it becomes one."""

from handraise.client import certificates as promises
from handraise.client import drift as changes
from handraise.client import (
    erasing,
    exams,
    ledger,
    letters,
    people,
    practice,
    quality,
    records,
    reports,
    simulations,
    work,
)
from handraise.client import label_errors as suspicions
from handraise.client import models as versions
from handraise.client import projects as governing
from handraise.client import slices as parts
from handraise.client.connections import AsyncConnection, Connection
from handraise.client.operation import Operation


class Operations:
    """What can be asked of the review service."""

    send = Operation(records.send)
    send_predictions = Operation(records.send_predictions)
    decisions = Operation(records.decisions)
    record = Operation(records.record)
    appeal = Operation(records.appeal)
    report = Operation(records.report)

    models = Operation(versions.models)
    model = Operation(versions.model)
    promote = Operation(versions.promote)
    reject = Operation(versions.reject)
    roll_back = Operation(versions.roll_back)
    offer = Operation(versions.offer)
    contribution = Operation(reports.contribution)
    weeks = Operation(reports.weeks)

    erase_subjects = Operation(erasing.erase_subjects)

    prove = Operation(ledger.prove)
    ledger_head = Operation(ledger.ledger_head)
    ledger_entries = Operation(ledger.ledger_entries)
    verify_ledger = Operation(ledger.verify_ledger)

    certificates = Operation(promises.certificates)
    verify_certificates = Operation(promises.verify_certificates)

    queues = Operation(work.queues)
    claim = Operation(work.claim)
    heartbeat = Operation(work.heartbeat)
    similar = Operation(work.similar)
    gather_alike = Operation(work.gather_alike)
    release = Operation(work.release)
    skip = Operation(work.skip)
    escalate = Operation(work.escalate)
    keep_draft = Operation(work.keep_draft)
    decide = Operation(work.decide)
    undo = Operation(work.undo)

    ask_question = Operation(exams.ask_question)
    answer_question = Operation(exams.answer_question)
    exercise = Operation(practice.exercise)
    answer_exercise = Operation(practice.answer_exercise)

    projects = Operation(governing.projects)
    project = Operation(governing.project)
    apply = Operation(governing.apply)
    simulate = Operation(simulations.simulate)
    stop = Operation(governing.stop)
    resume = Operation(governing.resume)
    gaps = Operation(governing.gaps)
    repair = Operation(governing.repair)
    republish = Operation(governing.republish)
    asyncapi = Operation(governing.asyncapi)

    reviewers = Operation(quality.reviewers)
    pause_reviewer = Operation(quality.pause_reviewer)
    resume_reviewer = Operation(quality.resume_reviewer)
    revoke_answers = Operation(quality.revoke_answers)
    agreement = Operation(quality.agreement)
    anchoring = Operation(quality.anchoring)
    own_impact = Operation(quality.own_impact)
    own_streaks = Operation(quality.own_streaks)
    own_quality = Operation(quality.own_quality)
    mark_gold = Operation(quality.mark_gold)
    gold = Operation(quality.gold)
    retire_gold = Operation(quality.retire_gold)

    label_errors = Operation(suspicions.label_errors)
    send_for_second_look = Operation(suspicions.send_for_second_look)

    slices = Operation(parts.slices)
    drift = Operation(changes.drift)

    dead_letters = Operation(letters.dead_letters)
    dead_letter = Operation(letters.dead_letter)
    retry_dead_letter = Operation(letters.retry_dead_letter)
    retry_dead_letters = Operation(letters.retry_dead_letters)
    drop_dead_letter = Operation(letters.drop_dead_letter)
    drop_dead_letters = Operation(letters.drop_dead_letters)

    me = Operation(people.me)
    users = Operation(people.users)
    user = Operation(people.user)
    add_user = Operation(people.add_user)
    change_user = Operation(people.change_user)
    disable_user = Operation(people.disable_user)
    set_password = Operation(people.set_password)
    change_password = Operation(people.change_password)
    end_sessions = Operation(people.end_sessions)
    create_token = Operation(people.create_token)
    tokens = Operation(people.tokens)
    rotate_token = Operation(people.rotate_token)
    revoke_token = Operation(people.revoke_token)
    access_log = Operation(people.access_log)


class Client(Operations, Connection):
    """The API for programs that wait for each answer; use it as a context manager."""


class AsyncClient(Operations, AsyncConnection):
    """The API for programs that await; use it as an asynchronous context manager."""
