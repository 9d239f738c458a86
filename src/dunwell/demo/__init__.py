"""The demo: mail servers on this machine and a sample portfolio, to try everything with nothing at stake."""
