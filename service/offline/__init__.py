"""Diagnosis without a device: saved replies, command outputs and logs become controller views.

Files are recognized by what they hold, never by name, and nothing here ever talks to a box. The
command line calls `folder.read_folder`.
"""
