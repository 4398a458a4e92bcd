"""`python -m bilan_ledger.cli`."""

from . import main

if __name__ == "__main__":
    main()
