"""Check a published figure from its proof bundle: exit code 0 if it is proved, 1 if not.

python examples/audit_bundle.py BUNDLE [PUBLIC_KEY…]
"""

import sys

from bilan_ledger.audit.bundle import Bundle
from bilan_ledger.audit.proof import verify
from bilan_ledger.checkpoint import PublicKey
from bilan_ledger.errors import BilanError

WORDS = {True: "proven", None: "not proven", False: "FALSE"}


def check(path: str, keys: list[str], lang: str = "en") -> int:
    """Print what the bundle proves to someone who trusts these keys; return the exit code."""
    found = verify(Bundle.read(path), [PublicKey.parse(key) for key in keys])
    for statement in found.statements:
        print(f"{WORDS[statement.holds]}: {statement.text(lang)}")
    for finding in found.findings:
        print(f"{finding.code}: {finding.text(lang)} {finding.advice(lang)}")
    return 0 if found.trusted and not found.refuted else 1


if __name__ == "__main__":
    try:
        sys.exit(check(sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else __doc__)
    except BilanError as error:
        sys.exit(f"error: {error}")
