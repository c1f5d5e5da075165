"""Listeners: sockets that syslog comes in by. They hand lines over and judge nothing."""
