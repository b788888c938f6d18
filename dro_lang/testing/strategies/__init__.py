"""Hypothesis strategies for what plans work on: records, the world around a plan, and whole runs.

Loads Hypothesis; nothing else of the package does.
"""
