"""Makes a library with names that other systems refuse, and judges what became of it on a disk.

make FOLDER DIGESTS: writes it, and what `sha256sum` says of each file. Each file's content is its number and its path, so that no two are the same, and
each time is an odd second.
judge DIGESTS NAME ONLY FOLDER REPORT STATUS CHECKED: prints one line `@job {...}` on the files below FOLDER.
"""

import json
import os
import subprocess
import sys

# With the folder of odd names, 50,000 files.
# Small ones, and names as cameras give them (DCF, 8.3) in most: FAT is searched from its beginning for each name, and many times for a long one.
PLAIN_FOLDERS = 480
LONG_NAMES_EACH = 10
PLAIN_FILES = 100
FIRST_UNIX_S = 1_500_000_001
# Bytes that no name on FAT, exFAT and NTFS may have, names of Windows' devices, endings that Windows drops.
ODD = [
    'Oma: "80. Geburtstag"?.jpg', "CON.jpg", "aux", "com1.mp4", "nul.txt", "ends with dots...", "ends with a space ", " begins with one.jpg",
    "a*b.jpg", "a<b>c.jpg", "a|b.jpg", "back\\slash.jpg", "tab\there.jpg", "line\nbreak.jpg", "\x01control.jpg", "del\x7f.jpg",
    "Upper.JPG", "upper.jpg", "UPPER.jpg", "stra\u00dfe.jpg", "STRASSE.jpg", "\u00e9.jpg", "e\u0301.jpg", "\u65e5\u672c.jpg",
    "\U0001f389.jpg", "...", "..a", "~$temp.jpg", "PROGRA~1.jpg", "x" * 200 + ".jpg", "\u00fc" * 100 + ".jpg", "a;b=c,d+e[f].jpg",
    "%41.jpg", "_x41_.jpg", "a:b.jpg", "a?b.jpg", "a_b.jpg", "LPT\u00b9.jpg", "CONIN$", "clock$.jpg", "photo .jpg", "trailing. .jpg",
]


def paths():
    """All paths below the phone's folder, in a fixed order."""
    for folder in range(PLAIN_FOLDERS):
        for number in range(PLAIN_FILES):
            name = f"IMG_{folder:03}_{number:04}.jpg" if folder % LONG_NAMES_EACH == 0 else f"IMG_{number:04}.JPG"
            yield f"DCIM/{100 + folder}PHOTO/{name}"
    for number in range(2_000 - len(ODD)):
        # Each ends with what FAT can't have, and they differ in case alone.
        yield f"DCIM/Odd/{'Img' if number % 2 else 'IMG'}: {number // 2}?.jpg"
    for name in ODD:
        yield f"DCIM/Odd/{name}"


def unix_s(number):
    return FIRST_UNIX_S + 2 * number


def make(phone, digests_file):
    for number, path in enumerate(paths()):
        file = os.path.join(phone, path)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "w", encoding="utf-8") as out:
            out.write(f"{number} {path}\n" * 3)
        os.utime(file, (unix_s(number), unix_s(number)))
    with open(digests_file, "w", encoding="ascii") as out:
        out.writelines(f"{digest}\n" for digest in digests([os.path.join(phone, path) for path in paths()]))


def digests(files):
    """SHA-256 by `sha256sum`, in the order of the files."""
    found = []
    for at in range(0, len(files), 500):
        answer = subprocess.run(["sha256sum", "-z", "--"] + files[at:at + 500], check=True, capture_output=True)
        found += [line[:64].decode() for line in answer.stdout.split(b"\0")[:-1]]
    return found


def judge(digests_file, name, only, folder, report, status, checked):
    with open(digests_file, encoding="ascii") as lines:
        wanted = {digest: (number, path) for digest, (number, path) in zip(lines.read().split(), enumerate(paths()))
                  if f"phone/{path}".startswith(only + "/")}
    there = [os.path.join(place, file) for place, _, files in os.walk(folder) for file in files]
    missing, wrong_times, strange = dict(wanted), [], []
    for file, digest in zip(there, digests(there)):
        if digest not in missing:
            strange.append(os.path.relpath(file, folder))
            continue
        number, path = missing.pop(digest)
        # FAT counts in two seconds.
        room_s = 1 if name == "fat" else 0
        if not 0 <= unix_s(number) - int(os.stat(file).st_mtime) <= room_s:
            wrong_times.append(path)
    with open(report, encoding="utf-8") as lines:
        said = json.load(lines)
    print("@job " + json.dumps({
        "disk": name, "status": int(status), "checked": int(checked), "wanted": len(wanted), "there": len(there),
        "missing": [path for _, path in missing.values()][:5], "strange": strange[:5], "wrong_times": wrong_times[:5], "said": said,
        "folders": sorted(os.listdir(folder))[:5],
    }))


if sys.argv[1] == "make":
    make(*sys.argv[2:])
else:
    judge(*sys.argv[2:])
