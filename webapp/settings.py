"""Every setting: its name, its default, what it is for. docs/reference/settings.md is made from here."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from connectors.hubspot.scopes import OPTIONAL
from webapp.language import marked
from webapp.setting_types import (
    Address,
    HubSpotVersion,
    Issuer,
    Keys,
    Listening,
    MasterKey,
    Names,
    Origin,
    PreviousKey,
    PrivateKey,
    ReadableFile,
    RoleMap,
    SalesforceVersion,
    Scopes,
    StrongSecret,
    StrongSecretOrNone,
)


class Settings(BaseModel):
    """What an installation must or may say, frozen. Secrets do not show in its ``repr``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    secret_key: StrongSecret = Field(
        description=marked(
            "Signs session cookies and forms. Changing it signs everybody out and ends all tokens of "
            "the JSON API."
        )
    )
    master_key: MasterKey = Field(
        description=marked(
            "32 random bytes in base64. Wraps the keys of the organisations and encrypts the CRM "
            "tokens. If it is lost, every CRM must be connected and pulled again. It may also come from a "
            "command: FAIRLEAD_MASTER_KEY_COMMAND. See [change keys](../how-to/change-keys.md)."
        )
    )
    master_key_previous: PreviousKey = Field(
        default=None,
        description=marked(
            "The master key before, while it is being changed: `fairlead reseal` wraps anew what it "
            "wrapped. Take it out after that."
        ),
    )
    encryption_keys: Keys = Field(
        default=(),
        description=marked(
            "Keys that encrypt the CRM tokens: 32 random bytes each, in base64, separated by commas, the "
            "newest first. Without any, the master key does it. See [change keys](../how-to/change-keys.md)."
        ),
    )
    data_dir: Path = Field(
        default=Path("fairlead-data"),
        description=marked("The folder for the database and for the pseudonymised leads (Parquet)."),
    )
    database_url: SecretStr | None = Field(
        default=None,
        description=marked(
            "postgresql://user:password@host/name, or sqlite:///file. "
            "Without it: the SQLite file fairlead.db in the data folder."
        ),
    )
    public_url: Origin = Field(
        default="http://127.0.0.1:8000",
        description=marked(
            "The address that browsers and the CRMs use. With https, the session cookie is Secure."
        ),
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description=marked(
            "How many reverse proxies stand in front and set X-Forwarded-For and -Proto. "
            "0: those headers are ignored."
        ),
    )
    session_hours: int = Field(
        default=12, ge=1, le=168, description=marked("After how many hours a person must sign in again.")
    )
    session_idle_minutes: int = Field(
        default=120,
        ge=5,
        le=10_080,
        description=marked("After how many minutes without a request a person must sign in again."),
    )
    salesforce_sign_in: bool = Field(
        default=False,
        description=marked(
            "Whether users of a connected Salesforce org may sign in here, as viewers at first. See "
            "[let people in](../how-to/people.md)."
        ),
    )
    oidc_issuer: Issuer = Field(
        default=None,
        description=marked(
            "The issuer of the OpenID Connect provider for single sign-on, as it writes it itself, "
            "such as https://login.example.com/realms/staff. See [let people in](../how-to/people.md)."
        ),
    )
    oidc_client_id: str | None = Field(
        default=None, description=marked("The client id that the provider gave.")
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description=marked("The client secret that the provider gave.")
    )
    oidc_name: str = Field(
        default="single sign-on",
        min_length=1,
        max_length=40,
        description=marked("What the button on the sign-in page calls the provider."),
    )
    oidc_role_claim: str = Field(
        default="groups",
        description=marked(
            "The claim that names a person's groups; a dot leads into a claim, as in realm_access.roles."
        ),
    )
    oidc_roles: RoleMap = Field(
        default=(),
        description=marked(
            "Which group has which role, such as fairlead-admins=admin, auditing=auditor. The "
            "highest role wins. Without it, single sign-on is for people who were invited."
        ),
    )
    oidc_domains: Names = Field(
        default=(),
        description=marked(
            "Only people whose verified e-mail address is in one of these domains may sign in, "
            "separated by commas. Without it: all whom the provider lets through."
        ),
    )
    oidc_ca_file: ReadableFile = Field(
        default=None, description=marked("A PEM file with the authority to trust for the provider's hosts.")
    )
    api_requests_per_minute: int = Field(
        default=600,
        ge=10,
        le=100_000,
        description=marked(
            "How many requests a token of the JSON API may send in a minute, to all processes."
        ),
    )
    metrics_token: StrongSecretOrNone = Field(
        default=None,
        description=marked(
            "Opens /metrics to who shows it as a bearer token. Without it, there is no /metrics "
            "beside the pages. See [watch Fairlead](../how-to/monitoring.md)."
        ),
    )
    metrics_listen: Listening = Field(
        default=None,
        description=marked(
            "An address and a port of its own for /metrics, such as 127.0.0.1:9464. There it asks "
            "for the token only where one is set."
        ),
    )
    salesforce_client_id: str | None = Field(
        default=None, description=marked("Consumer key of the External Client App.")
    )
    salesforce_client_secret: SecretStr | None = Field(
        default=None,
        description=marked("Consumer secret of the External Client App; also proves Canvas requests."),
    )
    salesforce_login_url: Address = Field(
        default="https://login.salesforce.com",
        description=marked(
            "Where admins give consent: your My Domain address, or test.salesforce.com (sandbox)."
        ),
    )
    salesforce_extra_hosts: Names = Field(
        default=(),
        description=marked(
            "Host names beside Salesforce's own that may receive tokens, separated by commas."
        ),
    )
    salesforce_ca_file: ReadableFile = Field(
        default=None, description=marked("A PEM file with the authority to trust for Salesforce hosts.")
    )
    salesforce_allow_duplicates: bool = Field(
        default=False,
        description=marked("Whether writing a flag may pass duplicate rules of the org that only warn."),
    )
    salesforce_api_version: SalesforceVersion = Field(
        default="68.0",
        description=marked(
            "The version of Salesforce's API; the nearest one where an org does not offer it."
        ),
    )
    salesforce_api_percent: int = Field(
        default=80,
        ge=1,
        le=100,
        description=marked(
            "Fairlead stops when this share (in %) of the org's API calls of the day is used, by "
            "every app together, so that the others still have some."
        ),
    )
    salesforce_jwt_username: str | None = Field(
        default=None, description=marked("The user to connect as with a certificate (JWT bearer flow).")
    )
    salesforce_jwt_key: PrivateKey = Field(
        default=None,
        description=marked(
            "The private key (PEM) whose certificate is in the External Client App. Best given as a "
            "file. It is only read from here, never stored."
        ),
    )
    salesforce_jwt_audience: Address | None = Field(
        default=None,
        description=marked(
            "Whom the signed request is for, where it is not https://login.salesforce.com "
            "(https://test.salesforce.com for sandboxes)."
        ),
    )
    hubspot_app_id: str | None = Field(
        default=None, description=marked("Id of the HubSpot app; card requests of other apps are refused.")
    )
    hubspot_client_id: str | None = Field(default=None, description=marked("Client id of the HubSpot app."))
    hubspot_client_secret: SecretStr | None = Field(
        default=None, description=marked("Client secret of the HubSpot app; also proves card requests.")
    )
    hubspot_authorize_url: Address = Field(
        default="https://app.hubspot.com/oauth/authorize",
        description=marked("Where HubSpot admins give consent."),
    )
    hubspot_api_url: Address = Field(
        default="https://api.hubapi.com", description=marked("The address of HubSpot's API.")
    )
    hubspot_api_version: HubSpotVersion = Field(
        default="2026-09",
        description=marked("The dated version of HubSpot's API, or v3 for the undated paths."),
    )
    hubspot_api_percent: int = Field(
        default=80,
        ge=1,
        le=100,
        description=marked(
            "Fairlead stops when this share (in %) of the portal's API calls of the day is used, by "
            "every app together, where HubSpot says how many there are (not for an app of the marketplace)."
        ),
    )
    hubspot_optional_scopes: Scopes = Field(
        default=OPTIONAL,
        description=marked(
            "Scopes that the app asks for and does without where they are not given, separated by "
            "commas: exactly the optional scopes of the app's file."
        ),
    )
    hubspot_ca_file: ReadableFile = Field(
        default=None, description=marked("A PEM file with the authority to trust for HubSpot hosts.")
    )
    summary_model_url: Address | None = Field(
        default=None,
        description=marked(
            "An OpenAI-compatible address, up to /v1, whose language model may put the summary of an audit "
            "in other words. Without it: off. See [reports](../how-to/reports.md#in-other-words)."
        ),
    )
    summary_model_name: str | None = Field(default=None, description=marked("The name of that model."))
    summary_model_key: SecretStr | None = Field(default=None, description=marked("The key it asks for."))

    @property
    def database(self) -> str:
        """The database URL in force. It may hold a password: never show it."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.resolve() / 'fairlead.db'}"

    @property
    def master(self) -> bytes:
        """The master key's bytes, for `Keyring` and `SecretsBox`."""
        return self.master_key.get_secret_value()

    @property
    def former_masters(self) -> tuple[bytes, ...]:
        """Master keys of before, which open and no longer seal."""
        previous = self.master_key_previous
        return () if previous is None else (previous.get_secret_value(),)

    @property
    def sealing_keys(self) -> tuple[bytes, ...]:
        """The keys for what is encrypted at rest, newest first; none where the master key does it."""
        return tuple(key.get_secret_value() for key in self.encryption_keys)

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach us over https, so that cookies may be Secure."""
        return self.public_url.startswith("https://")
