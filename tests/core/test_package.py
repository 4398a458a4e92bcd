"""The names of the package: each is found in its room, and no other."""

import pytest

import bilan_ledger


def test_every_public_name_can_be_had() -> None:
    assert bilan_ledger.__all__ == dir(bilan_ledger)
    assert not [name for name in bilan_ledger.__all__ if getattr(bilan_ledger, name) is None]


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'bilan_ledger' has no attribute 'Programme'"):
        bilan_ledger.Programme  # noqa: B018 it is the look-up that fails
