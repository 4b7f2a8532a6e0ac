"""``python -m minimax_nb`` is ``minimax-nb``."""

from __future__ import annotations

import sys

from .cli import main

sys.exit(main())
