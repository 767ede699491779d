"""fixgate against a foreign engine: stock QuickFIX as client and as exchange, each in a process of its own."""
