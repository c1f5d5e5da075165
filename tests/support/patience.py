"""How long tests wait for what has to happen: many times what a busy machine needs.

A wait that is met ends at once, so this costs a green run nothing. A test asserts what became true,
never how soon: only what a test wants to run out is shorter, and says so where it stands.
"""

PATIENCE_S = 600.0
"""For processes, workers, brokers and whole remediations: a healthy machine needs 20 s or so."""
REPLY_S = 300.0
"""For one answer of something on loopback, which needs milliseconds."""
