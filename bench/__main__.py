"""`python -m bench`: run every benchmark, or those named, and print their tables."""

import argparse

from bench import build, codec, fanout, feed_loss

BENCHES = {"codec": codec.main, "build": build.main, "fanout": fanout.main, "feed_loss": feed_loss.main}


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*BENCHES, []], help="benchmarks to run; all where none is named")
    for name in parser.parse_args().name or BENCHES:
        BENCHES[name]([])


if __name__ == "__main__":
    main()
