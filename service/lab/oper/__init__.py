"""What <get> reports of a box's state: each file builds the subtree of one vendor module.

Only what the release's schema knows is built, so one description serves every release.
"""
