"""Third-party protocol libraries, one file each; their errors are translated here and stop here."""
