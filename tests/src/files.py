"""Prints a line `@job {...}` for each file in a folder: its path, its time, and its SHA-256 by `sha256sum`."""

import json
import os
import subprocess
import sys

top = sys.argv[1]
for folder, _, names in os.walk(top):
    for name in names:
        path = os.path.join(folder, name)
        said = subprocess.run(["sha256sum", "-z", "--", path], check=True, capture_output=True).stdout
        print("@job " + json.dumps({
            "path": os.path.relpath(path, top),
            "unix_s": int(os.stat(path).st_mtime),
            "sha256": said[:64].decode(),
        }))
