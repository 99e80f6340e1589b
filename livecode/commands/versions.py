"""Which versions are installed, read from package metadata without importing the packages."""

from __future__ import annotations

from importlib import metadata


def version(package: str = "livecode") -> str:
    """The installed version, or `not installed`.

    >>> version("a package nobody wrote")
    'not installed'
    """
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        if package == "livecode":
            # Run from its folder: there is no metadata, but the package knows.
            from livecode import __version__

            return __version__
        return "not installed"
