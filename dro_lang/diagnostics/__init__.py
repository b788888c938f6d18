"""Findings: what is wrong, where, why and what to do. Values that are collected, never raised across stages."""
