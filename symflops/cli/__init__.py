"""The command line: ``symflops COMMAND``."""

from symflops.cli.entry import main as main
