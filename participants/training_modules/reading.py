"""Module 3: how to read a signal."""

from participants.training_modules.module import Module, Option, Question

READING = Module(
    slug="reading",
    version=1,
    title="How to read a signal: a lead, never proof",
    summary="Look at your own platform, judge by your own policy, act on what you found there, and say what came of "
    "it.",
    minutes=12,
    questions=(
        Question(
            "lead",
            "A signal names an e-mail address with severity critical, confirmed by three companies. An account of "
            "yours "
            "has that address. What do you do first?",
            (
                Option(
                    "a",
                    "Disable the account: three companies cannot all be wrong.",
                    "They can: addresses are stolen, reused and mistyped, and companies can follow each other's "
                    "mistake. No number of confirmations replaces your own look.",
                ),
                Option(
                    "b",
                    "Look at what the account did on your service, and judge it by your own policy.",
                    "Right. The signal tells you where to look. What you do rests on what you find.",
                    is_right=True,
                ),
                Option(
                    "c",
                    "Dismiss it until the first company sends its evidence.",
                    "Evidence stays where it was found. The signal is enough to look; it is not meant to be more.",
                ),
            ),
        ),
        Question(
            "nothing_found",
            "You looked carefully and found nothing on your service that breaks your policy. How do you decide?",
            (
                Option(
                    "a",
                    "Dismissed, no violation found.",
                    "Right. That is a useful answer: the contributor learns from it, and a dispute becomes visible.",
                    is_right=True,
                ),
                Option(
                    "b",
                    "Actioned, with a light restriction, to be on the safe side.",
                    "A restriction for which your own policy gives no ground is a wrong done to a person, who cannot "
                    "even be told why.",
                ),
                Option(
                    "c",
                    "Skip it, so that somebody else decides.",
                    "Skipping is fine when you cannot do it now. Handing on a decision you have already made only "
                    "shows the item to one person more.",
                ),
            ),
        ),
        Question(
            "appeal",
            "A person you acted on appeals and asks: “Who told you about me?” What is right?",
            (
                Option(
                    "a",
                    "Name the company that shared the signal; the person has a right to know.",
                    "The contributor's name and its signal are not yours to give. What you can and must explain is "
                    "your "
                    "own decision.",
                ),
                Option(
                    "b",
                    "Refuse the appeal; signals are confidential.",
                    "Confidential signals do not take away an appeal. Because you decided on your own findings, you "
                    "can "
                    "hear it.",
                ),
                Option(
                    "c",
                    "Hear the appeal on your own findings, and correct your decision here if it is upheld.",
                    "Right. An upheld appeal asks the contributor to look again, so that one mistake does not have to "
                    "be appealed company by company.",
                    is_right=True,
                ),
            ),
        ),
        Question(
            "identity",
            "A signal says username “riverfox” on another service. You have a “riverfox” too. Is it the same person?",
            (
                Option(
                    "a",
                    "Very likely: it is an unusual name.",
                    "Names that look unusual to us are often taken many times. Without something else that connects "
                    "them, they are two people.",
                ),
                Option(
                    "b",
                    "Unknown. Without more that connects the two, dismiss it as wrong identity or not enough "
                    "information.",
                    "Right. The same name on another service is a reason to look, not a connection.",
                    is_right=True,
                ),
                Option(
                    "c",
                    "It does not matter, if the account looks suspicious.",
                    "If it breaks your policy, act on that, and say so. Who it is still matters: the figures and the "
                    "contributor rest on it.",
                ),
            ),
        ),
    ),
)
