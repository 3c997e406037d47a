"""Builds the extension module against the shared library that SwiftPM built.

MARTLET_LIBRARY_FOLDER names the folder of libMartletC.so. `make wheel` at the top of the repository
does all of it, and puts the libraries that are needed into the wheel.
"""

import os
import re
from pathlib import Path

from setuptools import Extension, setup

here = Path(__file__).resolve().parent
os.chdir(here)
sources = here.parent / "Sources"
version = re.search(r'current = "([^"]+)"', (sources / "Martlet/Version.swift").read_text())
assert version is not None
headers = sources / "CMartletAPI" / "include"

setup(
    version=version[1],
    ext_modules=[
        Extension(
            "martlet._martlet",
            sources=sorted(str(path) for path in Path("martlet/_native").glob("*.c")),
            depends=[str(path) for path in [*Path("martlet/_native").glob("*.h"), *headers.glob("*.h")]],
            include_dirs=[str(headers)],
            libraries=["MartletC"],
            library_dirs=[os.environ["MARTLET_LIBRARY_FOLDER"]],
            extra_compile_args=[
                "-std=c11", "-O2", "-Wall", "-Wextra", "-Wno-missing-field-initializers",
                "-Wno-cast-function-type", "-fvisibility=hidden",
            ],
            extra_link_args=["-Wl,--as-needed"],
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
