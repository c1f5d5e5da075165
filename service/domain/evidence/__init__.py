"""What a remediation leaves behind for others to judge, and how they check that it is whole."""
