"""REST, a face: parse, call one use case, render."""
