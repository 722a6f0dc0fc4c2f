"""What is rung again because a worker died or a ring was lost, and what is forgotten because its time is over."""

from lantern.lib.bell import ring
from lantern.lib.tenancy import acting_as_system
from signals import drafts, error_file, expiring, looking_up, mapping, withdrawing
from signals.withdrawing import CARRY_ON


def sweep_endings() -> None:
    """Carry on what ends contributions, and forget old look-ups, drafts and files. Safe to run twice."""
    with acting_as_system():
        for withdrawal_id in withdrawing.unfinished():
            ring(CARRY_ON, withdrawal_id=str(withdrawal_id))
    expiring.carry_on()
    looking_up.forget_old()
    drafts.forget_old()
    mapping.forget_unmapped()
    error_file.forget_over()
