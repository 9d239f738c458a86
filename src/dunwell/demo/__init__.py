"""The demo: mail servers on this machine and a sample portfolio, so that everything can be tried with nothing at stake."""
