"""The same program, its hot path compiled: an optional build beside the checkout. The sources mean what they mean."""
