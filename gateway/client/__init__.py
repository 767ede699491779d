"""The trading client for people: a small, independent FIX peer on simplefix. Nothing of our engine is used here."""
