"""The same as `python -m benchmarks`, from anywhere: `python benchmarks/run.py --quick`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.__main__ import main  # found only now

if __name__ == "__main__":
    main()
