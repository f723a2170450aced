"""The configurations of state machines and activities, judged as AWS judges them. Must not know what is configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from statemachine.arn import split_arn
from statemachine.errors import ServiceError
from statemachine.registry.machines import Configuration

LOGGING_OFF = {"level": "OFF", "includeExecutionData": False}
TRACING_OFF = {"enabled": False}
OWN_KEY = {"type": "AWS_OWNED_KEY"}

Given = Mapping[str, Any] | None


def read_configuration(logging: Given, tracing: Given, encryption: Given) -> Configuration:
    """The configurations of a request, each with AWS's defaults for the members that it lacks; None for one that has no
    member. A member that is null or an empty list counts as left out.

    Raises ServiceError InvalidLoggingConfiguration, InvalidEncryptionConfiguration or ValidationException.
    """
    given_logging, given_tracing = _given(logging), _given(tracing)
    if given_logging:
        given_logging = {**LOGGING_OFF, **given_logging}
        _check_logging(given_logging)
    if given_tracing:
        given_tracing = {**TRACING_OFF, **given_tracing}
    return Configuration(given_logging or None, given_tracing or None, read_encryption(encryption))


def read_encryption(encryption: Given) -> dict[str, Any] | None:
    """The encryption of a request, None if it has no member. Raises ServiceError InvalidEncryptionConfiguration, or
    ValidationException for a customer's key: this server encrypts nothing."""
    given = _given(encryption)
    if not given:
        return None
    key, period = given.get("kmsKeyId"), given.get("kmsDataKeyReusePeriodSeconds")
    if given["type"] == "CUSTOMER_MANAGED_KMS_KEY":
        if key is None:
            raise _invalid_encryption("Must set a valid kmsKeyId.")
        text = (
            "This server does not encrypt with a customer's key: leave out 'encryptionConfiguration', or set its type "
            "to AWS_OWNED_KEY"
        )
        raise ServiceError("ValidationException", text, pointer="/encryptionConfiguration/type")
    if key is not None:
        raise _invalid_encryption("Custom kmsKeyId is not allowed when selecting AWS_OWNED_KEY.")
    if period is not None:
        raise _invalid_encryption("Custom kmsDataKeyReusePeriodSeconds is not allowed when selecting AWS_OWNED_KEY.")
    return given


def with_defaults(configuration: Configuration) -> Configuration:
    """The configurations as AWS shows and compares them: each is there."""
    return Configuration(
        {**LOGGING_OFF, **(configuration.logging or {})},
        configuration.tracing or TRACING_OFF,
        configuration.encryption or OWN_KEY,
    )


def without_effect(configuration: Configuration) -> list[str]:
    """The names of the members that ask for something that this server does not do."""
    members = {
        "loggingConfiguration": (configuration.logging or LOGGING_OFF)["level"] != "OFF",
        "tracingConfiguration": bool((configuration.tracing or TRACING_OFF)["enabled"]),
    }
    return [name for name, is_asked in members.items() if is_asked]


def _given(block: Given) -> dict[str, Any]:
    return {name: value for name, value in (block or {}).items() if value not in (None, [])}


def _check_logging(logging: Mapping[str, Any]) -> None:
    destinations = logging.get("destinations", [])
    if len(destinations) > 1 or (logging["level"] != "OFF" and not destinations):
        raise _invalid_logging(
            "Must specify exactly one Log Destination."
        )  # (recorded) for none; for two: documentation
    for destination in destinations:
        group = (destination or {}).get("cloudWatchLogsLogGroup") or {}
        arn = split_arn(group.get("logGroupArn") or "")
        if arn is None or (arn.service, arn.type) != ("logs", "log-group") or not arn.text.endswith(":*"):
            # Ours: the text. The rule is the documentation's.
            raise _invalid_logging("The logGroupArn must be the ARN of a log group that ends with ':*'.")


def _invalid_logging(text: str) -> ServiceError:
    message = f"Invalid Logging Configuration: {text}"
    return ServiceError("InvalidLoggingConfiguration", message, pointer="/loggingConfiguration")


def _invalid_encryption(text: str) -> ServiceError:
    message = f"Invalid Encryption Configuration: {text}"
    return ServiceError("InvalidEncryptionConfiguration", message, pointer="/encryptionConfiguration")
