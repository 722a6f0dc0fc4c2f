"""The recipe of docs/audit.md, run as it stands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from audit.merkle import Frontier, inclusion_proof, leaf_hash
from audit.notes import Head, Signer, tlog_proof

CONTENTS = [f'{{"id": {number}}}'.encode() for number in range(7)]


@pytest.mark.parametrize("number", [0, 3, 6])
@pytest.mark.parametrize("honest", [True, False])
def test_the_recipe_tells_a_true_proof_from_a_false_one(number: int, honest: bool, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", (settings.BASE_DIR / "docs/audit.md").read_text(), re.DOTALL)
    assert found
    signer, tree = Signer("lantern.example/audit", {1: Ed25519PrivateKey.generate()}), Frontier()
    leaves = list(map(leaf_hash, CONTENTS))
    for leaf in leaves:
        tree.add(leaf)
    note = signer.sign(Head(signer.origin, tree.size, tree.root()))
    path = inclusion_proof(lambda _level, first, last: leaves[first:last], number, tree.size)
    proof = tmp_path / "event.tlog-proof"
    proof.write_text(tlog_proof(CONTENTS[number] if honest else b"another", number, path, note))
    command = [sys.executable, "-c", found[1], signer.verifier_keys()[0], str(proof)]
    assert (subprocess.run(command, capture_output=True, check=False).returncode == 0) == honest
