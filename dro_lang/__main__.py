"""`python -m dro_lang`: the command line."""

from dro_lang.cli.main import main

if __name__ == "__main__":
    main()
