"""The tool for people and scripts: `python starter.py --help`."""

from console.main import main

if __name__ == "__main__":
    main()
