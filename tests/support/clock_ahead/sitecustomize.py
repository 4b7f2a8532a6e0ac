"""Set the clock of a Python process forty days ahead, before anything of it runs; pauses are as long as ever."""

from datetime import timedelta

import time_machine

time_machine.travel(timedelta(days=40)).start()
