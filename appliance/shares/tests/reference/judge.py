"""Answers, with the standard's reference implementation, what one line of JSON asks: makes shares, or puts them together.

Usage: judge.py FOLDER_OF_THE_PACKAGE
"""

import json
import sys

sys.path.insert(0, sys.argv[1])
import shamir_mnemonic


def split(secret, needed, made, extendable, exponent):
    groups = shamir_mnemonic.generate_mnemonics(
        1, [(needed, made)], bytes.fromhex(secret), b"", extendable, exponent
    )
    return groups[0]


def combine(shares):
    try:
        return shamir_mnemonic.combine_mnemonics(shares).hex()
    except shamir_mnemonic.MnemonicError as error:
        return {"refused": str(error)}


for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps({"split": split, "combine": combine}[question.pop("do")](**question)), flush=True)
