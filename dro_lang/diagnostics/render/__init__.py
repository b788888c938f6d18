"""Findings for people, programs and code hosts. One format per file; each gives text and writes nothing."""
