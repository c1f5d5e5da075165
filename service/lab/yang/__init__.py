"""What a document may hold and what an operation does to it, by schema alone.

No file here knows a controller, a clock or an access point.
"""
