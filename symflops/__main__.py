"""``python -m symflops`` is the command line."""

import sys

from symflops.cli.entry import main

sys.exit(main())
