"""What views, jobs and commands work with, opened once from the settings."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

from flask import current_app

from audit.schema import BadInput
from connectors.counting import Changes
from connectors.lake import Lake
from connectors.pseudonym import Keyring
from connectors.seals import Seal
from webapp.intake import Intake
from webapp.panel_bearer import PanelBearers
from webapp.secrets_box import SecretsBox
from webapp.settings import Settings
from webapp.sign_in.ways import ways_in
from webapp.store.accounts import Accounts
from webapp.store.alerting import Alerting
from webapp.store.answer_counts import AnswerCounts
from webapp.store.answers import LeadAnswers
from webapp.store.api_tokens import ApiTokens
from webapp.store.api_uses import ApiUses
from webapp.store.card_answers import CardAnswers
from webapp.store.certain_moments import CertainMoments
from webapp.store.consents import Consents
from webapp.store.crm_fields import CrmFields
from webapp.store.database import Database, open_database
from webapp.store.decision_logs import DecisionLogs
from webapp.store.erased_leads import ErasedLeads
from webapp.store.evidence import Evidence
from webapp.store.experiments import Experiments
from webapp.store.explanations import Explanations
from webapp.store.first_measures import FirstMeasures
from webapp.store.grants import DatabaseGrants
from webapp.store.identities import Identities
from webapp.store.invitations import Invitations
from webapp.store.job_ends import JobEnds
from webapp.store.notes import Notes
from webapp.store.organisation_keys import OrganisationKeys
from webapp.store.people import People
from webapp.store.proposals import Proposals
from webapp.store.releases import Releases
from webapp.store.remarks import Remarks
from webapp.store.repository import Clock, Repository, utc_now
from webapp.store.rows import ConnectionRow
from webapp.store.schedules import Schedules
from webapp.store.seal_states import SealStates
from webapp.store.seen_requests import SeenRequests
from webapp.store.sessions import Sessions
from webapp.store.shadows import Shadows
from webapp.store.syncs import Syncs
from webapp.store.told_events import ToldEvents
from webapp.store.trail import Trail
from webapp.store.triage import Triage
from webapp.store.watched_gaps import WatchedGaps
from webapp.store.work_jobs import WorkJobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The open installation. `close` it when done."""

    settings: Settings
    database: Database
    clock: Clock = field(repr=False)

    @property
    def repository(self) -> Repository:
        """Connections, policies, audits and flags."""
        return Repository(database=self.database, clock=self.clock)

    @property
    def syncs(self) -> Syncs:
        """What every sync did."""
        return Syncs(database=self.database, clock=self.clock)

    @property
    def accounts(self) -> Accounts:
        """People, throttling and the audit trail."""
        return Accounts(database=self.database, clock=self.clock)

    @property
    def issuers(self) -> tuple[str, ...]:
        """The providers by which people sign in now, as identities name them."""
        return tuple(way.issuer for way in ways_in(self.settings))

    @property
    def people(self) -> People:
        """Who may sign in, to be seen and changed."""
        idle = timedelta(minutes=self.settings.session_idle_minutes)
        return People(database=self.database, issuers=self.issuers, idle=idle, clock=self.clock)

    @property
    def invitations(self) -> Invitations:
        """Codes that let people in."""
        secret = self.settings.secret_key.get_secret_value().encode()
        return Invitations(database=self.database, secret=secret, clock=self.clock)

    @property
    def identities(self) -> Identities:
        """Accounts of people whom a provider proved."""
        codes = self.invitations
        return Identities(database=self.database, invitations=codes, issuers=self.issuers, clock=self.clock)

    @property
    def proposals(self) -> Proposals:
        """What one admin asks another to agree to."""
        return Proposals(database=self.database, issuers=self.issuers, clock=self.clock)

    @property
    def notes(self) -> Notes:
        """What was said when versions were saved."""
        return Notes(database=self.database, clock=self.clock)

    @property
    def first_measures(self) -> FirstMeasures:
        """What first pulls measured of policies that were saved unmeasured."""
        return FirstMeasures(database=self.database, clock=self.clock)

    @property
    def crm_fields(self) -> CrmFields:
        """The fields that the CRMs described."""
        return CrmFields(database=self.database, clock=self.clock)

    @property
    def trail(self) -> Trail:
        """Who did what, to be read."""
        return Trail(database=self.database)

    @property
    def sessions(self) -> Sessions:
        """Open sign-ins."""
        lifetime = timedelta(hours=self.settings.session_hours)
        idle = timedelta(minutes=self.settings.session_idle_minutes)
        return Sessions(database=self.database, lifetime=lifetime, idle=idle, clock=self.clock)

    @property
    def consents(self) -> Consents:
        """OAuth requests that have not come back."""
        return Consents(database=self.database, box=self.box("consent"), clock=self.clock)

    @property
    def releases(self) -> Releases:
        """What left the organisations, and their budgets for noise."""
        return Releases(database=self.database, clock=self.clock)

    @property
    def replays(self) -> SeenRequests:
        """Signed requests that came before."""
        return SeenRequests(database=self.database, clock=self.clock)

    @property
    def decision_logs(self) -> DecisionLogs:
        """What is known of the decision logs."""
        return DecisionLogs(database=self.database, clock=self.clock)

    @property
    def told_events(self) -> ToldEvents:
        """What the CRMs told by webhook."""
        return ToldEvents(database=self.database, clock=self.clock)

    @property
    def intake(self) -> Intake:
        """What the CRMs told while the database was taken."""
        return Intake(folder=self.settings.data_dir / "told", box=self.box("told"))

    @property
    def answers(self) -> LeadAnswers:
        """What people in the CRMs answer to the score check."""
        return LeadAnswers(database=self.database)

    @property
    def answer_counts(self) -> AnswerCounts:
        """The same, counted."""
        return AnswerCounts(database=self.database)

    @property
    def triage(self) -> Triage:
        """What became of those answers."""
        return Triage(database=self.database, clock=self.clock)

    @property
    def card_answers(self) -> CardAnswers:
        """What people answer on a card, one by one."""
        return CardAnswers(database=self.database)

    @property
    def evidence(self) -> Evidence:
        """What is kept beside the audits."""
        return Evidence(database=self.database, clock=self.clock)

    @property
    def experiments(self) -> Experiments:
        """What was tried about gaps."""
        return Experiments(database=self.database, clock=self.clock)

    @property
    def explanations(self) -> Explanations:
        """What drives each score."""
        return Explanations(database=self.database, clock=self.clock)

    @property
    def shadows(self) -> Shadows:
        """Remedies that run beside the CRMs' scores."""
        return Shadows(database=self.database, clock=self.clock)

    @property
    def remarks(self) -> Remarks:
        """Notes of other teams."""
        return Remarks(database=self.database, clock=self.clock)

    @property
    def watched_gaps(self) -> WatchedGaps:
        """What is watched day after day, and what was surely found."""
        return WatchedGaps(database=self.database)

    @property
    def api_tokens(self) -> ApiTokens:
        """The tokens of the JSON API; another secret key ends them all."""
        secret = self.settings.secret_key.get_secret_value().encode()
        return ApiTokens(database=self.database, secret=secret, clock=self.clock)

    @property
    def api_uses(self) -> ApiUses:
        """How much each token has asked in this minute."""
        return ApiUses(database=self.database)

    @property
    def job_ends(self) -> JobEnds:
        """How the jobs ended."""
        return JobEnds(database=self.database, clock=self.clock)

    @property
    def panel_bearers(self) -> PanelBearers:
        """What a panel in a CRM's frame shows to us, instead of a cookie."""
        return PanelBearers(box=self.box("panel"), clock=self.clock)

    @property
    def alerting(self) -> Alerting:
        """What somebody should know of, and how they get to know it."""
        return Alerting(database=self.database, box=self.box("alerts"), clock=self.clock)

    def grants(self, connection_id: str) -> DatabaseGrants:
        """The tokens of one connection."""
        return DatabaseGrants(database=self.database, box=self.box("grant"), connection_id=connection_id)

    def box(self, purpose: str) -> SecretsBox:
        """What seals values of one purpose at rest."""
        return SecretsBox(
            master=self.settings.master,
            purpose=purpose,
            keys=self.settings.sealing_keys,
            former=self.settings.former_masters,
        )

    @property
    def keys(self) -> OrganisationKeys:
        """The organisations' keys; the master key alone wraps them."""
        master = self.settings.master
        return OrganisationKeys(database=self.database, box=self._wrapping, master=master, clock=self.clock)

    @property
    def seal_states(self) -> SealStates:
        """Whether what is sealed opens with the keys of the settings."""
        return SealStates(database=self.database, keys=self._wrapping, grants=self.box("grant"))

    @property
    def _wrapping(self) -> SecretsBox:
        settings = self.settings
        return SecretsBox(master=settings.master, purpose="organisation-key", former=settings.former_masters)

    def keyring(self, connection: ConnectionRow) -> Keyring:
        """The secrets of one connection's organisation. Raises BadInput where its key was destroyed."""
        return self.keys.held(connection).keyring

    @property
    def lake(self) -> Lake:
        """Where the pulled leads are."""
        return Lake(self.settings.data_dir / "leads", self._seal, self._noted)

    @property
    def erased(self) -> ErasedLeads:
        """Who must not come back, and how far the stored leads have come."""
        return ErasedLeads(database=self.database, clock=self.clock)

    @property
    def certain(self) -> CertainMoments:
        """The last moment that was certain."""
        return CertainMoments(database=self.database)

    @property
    def work(self) -> WorkJobs:
        """What workers have to do, do and did."""
        return WorkJobs(database=self.database, clock=self.clock)

    @property
    def schedules(self) -> Schedules:
        """When jobs are asked for by themselves."""
        return Schedules(database=self.database, clock=self.clock)

    def _seal(self, crm: str, organisation: str) -> Seal:
        connection = self.repository.connection_for(crm, organisation)
        if connection is None:
            msg = f"there is no connection to this {crm} organisation, so there is no key for its leads"
            raise BadInput(msg)
        return replace(self.keys.held(connection).seal, known=self.erased.numbers(connection.id))

    def _noted(self, crm: str, organisation: str, changes: Changes) -> None:
        connection = self.repository.connection_for(crm, organisation)
        if connection is not None:
            self.erased.note(connection.id, changes)

    def one_job(self, connection: ConnectionRow) -> AbstractContextManager[None]:
        """One job of a connection at a time, anywhere; `webapp.store.locks.Locked` in place of waiting."""
        return self.database.exclusive(f"job/{connection.id}", wait=False)

    def close(self) -> None:
        """Close the database."""
        self.database.dispose()


def open_services(settings: Settings, clock: Clock = utc_now) -> Services:
    """Open the database (its schema is brought up to date) and the data folder.

    Raises
    ------
    BadInput
        The folder or the database cannot be used.
    """
    folder = settings.data_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"FAIRLEAD_DATA_DIR: the folder {folder} cannot be made ({error.strerror}); name another one."
        raise BadInput(msg) from None
    return Services(settings=settings, database=open_database(settings.database), clock=clock)


def services() -> Services:
    """The services of the application that handles this request."""
    return cast("Services", current_app.extensions["fairlead"])
