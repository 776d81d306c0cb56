"""What every test may ask for: databases, a browser, and a network that ends at this machine."""

import os
import sys

from hypothesis import settings

# Tests start a hundred processes: each would compile the whole house anew where this is set.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

pytest_plugins = ["fixtures.loopback", "fixtures.databases", "fixtures.browser"]

# The same examples on every run and machine, so that a red test is red for everybody; a deadline
# would measure the machine. HYPOTHESIS_PROFILE=thorough looks further, with new examples each time.
settings.register_profile("house", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))
