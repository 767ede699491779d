import sys

from gateway.early_stop import heed_sigterm

heed_sigterm(sys.argv[1:])

from gateway.cli import main  # noqa: E402  # takes a third of a second, in which a signal may come

main()
