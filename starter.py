"""The tool for people and scripts: `python starter.py --help`."""

from console.entry import enter

if __name__ == "__main__":
    enter()
