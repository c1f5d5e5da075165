"""One history of tables for SQLite and PostgreSQL, told to Alembic in numbered revisions.

A new version of aprejoin runs beside the old one while a fleet of workers is updated. So a revision
adds: tables, columns that may be null or have a server default, indexes. What is no longer used is
removed by a later release, when no version that uses it is left. Each revision says how far back it
is understood: COMPATIBLE_FROM is the oldest schema whose code may go on using the database. One
that cannot keep its predecessors running names its own number, and old versions refuse to start.
"""
