"""RFC 3161 timestamps: a third party says when a checkpoint existed at the latest.

What is stamped is the checkpoint's text (origin, size, root), so that a signature that is added
later changes nothing. No network: a request is a file to send, an answer is a file to keep.

Decides: whether a token holds for a text under a root certificate.
Refuses to know: which authority is trusted; the reader brings its certificate.
"""

from datetime import UTC, datetime

from ..errors import BilanError


class BadTimestamp(BilanError, ValueError):
    """A timestamp that does not hold."""


def request(message: bytes) -> bytes:
    """Return the request to send to a timestamping authority (a `.tsq` file)."""
    from rfc3161_client import TimestampRequestBuilder  # noqa: PLC0415 an extra

    return TimestampRequestBuilder().data(message).build().as_bytes()


def verified(token: bytes, message: bytes, roots: bytes) -> datetime:
    """Return when a message was stamped; raises `BadTimestamp`.

    `token` is the authority's answer (a `.tsr` file), `roots` its certificates in PEM: those that
    signed themselves are trusted, others complete the chain.
    """
    from cryptography import x509  # noqa: PLC0415 an extra
    from rfc3161_client import (  # noqa: PLC0415 an extra
        VerificationError,
        VerifierBuilder,
        decode_timestamp_response,
    )

    try:
        certificates = x509.load_pem_x509_certificates(roots)
        ends = [each for each in certificates if each.issuer == each.subject]
        between = [each for each in certificates if each.issuer != each.subject]
        verifier = VerifierBuilder(roots=ends, intermediates=between).build()
        response = decode_timestamp_response(token)
        verifier.verify_message(response, message)
        moment = response.tst_info.gen_time
    except (VerificationError, ValueError, TypeError) as error:
        raise BadTimestamp("timestamp-wrong", why=str(error) or type(error).__name__) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
