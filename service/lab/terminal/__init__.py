"""The command line of a box over SSH: prompts, echo, paging, and a few show commands."""
