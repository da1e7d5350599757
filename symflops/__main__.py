"""``python -m symflops`` is the command line."""

import sys

from symflops.cli import main

sys.exit(main())
