"""Notices: what people are told by mail and chat, by which rules, and how seldom."""
