"""Certification of order gateways: FIX Appendix D and the races behind it as text files that anybody can read, played
between a client and a venue. Nothing of the gateway is used here but FIX names: the product does not judge itself."""
