"""The store on SQL: SQLite on one machine, PostgreSQL on many, by SQLAlchemy Core."""
