"""Steps: each looks, compares, and says what to do next. One file each."""
