"""The private key that signs for Salesforce's JWT bearer flow, as a setting gives it."""

from __future__ import annotations

from pydantic import SecretStr


def private_key(value: SecretStr | None) -> SecretStr | None:
    """An RSA key as `openssl req -newkey` writes it; what is wrong with it is not told, nor repeated."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - seldom needed
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    if value is None:
        return None
    try:
        key: object = load_pem_private_key(value.get_secret_value().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        msg = (
            "must be an RSA private key of at least 2,048 bits in PEM form, without a password; "
            "make one with: openssl req -x509 -newkey rsa:2048 -nodes -days 730 "
            "-keyout fairlead.key -out fairlead.crt"
        )
        raise ValueError(msg)
    return value
