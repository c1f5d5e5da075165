"""Controllers behind the driver port: one folder per platform, one file per library in `links`."""
