"""The FIX session engine, both roles, without I/O: bytes and time go in, bytes and outputs come out."""
