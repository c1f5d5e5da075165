"""What devices print, read: tables, log lines and times become plain parts.

Drivers read live sessions with this, and `offline` saved ones: one reader for both. Nothing here
knows where a text came from.
"""
