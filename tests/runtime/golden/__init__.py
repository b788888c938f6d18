"""Journals as earlier versions wrote them, kept so that every later version reads them and comes to the same plans."""
