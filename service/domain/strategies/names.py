"""The strategies by name, for those who need none of their steps.

A name stands in journals and policies: it is never changed, and never given to another.
"""

CLOCK_REPAIR = "clock-repair"
CLOCK_WINDOW = "clock-window"
EXPIRED_CERT_OVERRIDE = "expired-cert-override"
FIXED_SOFTWARE = "fixed-software"
STAGING_CONTROLLER = "staging-controller"
