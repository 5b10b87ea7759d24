"""Settings under which programs may press faster than people do."""

PRESSES_FAST = {"FASTEST_READING": "0", "REQUESTS_A_SECOND": "0"}
