"""Configuration and housekeeping commands, one family a file."""
