"""Speed and memory beside other software; run by hand, never by the tests."""
