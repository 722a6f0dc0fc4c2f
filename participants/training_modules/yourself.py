"""Module 5: looking after yourself."""

from participants.training_modules.module import Module, Option, Question

YOURSELF = Module(
    slug="yourself",
    version=1,
    title="Looking after yourself",
    summary="What this work can do to people, what helps and what does not, and what you may ask for.",
    minutes=8,
    questions=(
        Question(
            "reaction",
            "After some weeks you sleep badly and see danger in harmless scenes. What does that say about you?",
            (
                Option(
                    "a",
                    "That the work is not for me; others cope.",
                    "Most who do this work know such weeks. They say nothing about strength or fitness for it.",
                ),
                Option(
                    "b",
                    "That I react as people do to such things, and that now is the time to speak with somebody.",
                    "Right. It is an ordinary reaction to extraordinary material, and it gets better sooner when it is "
                    "spoken about early.",
                    is_right=True,
                ),
                Option(
                    "c",
                    "Nothing. It passes if I do not think about it.",
                    "Sometimes it does. Pushing it aside for long tends to make it last.",
                ),
            ),
        ),
        Question(
            "exposure",
            "Which of these protects best, by what is known?",
            (
                Option(
                    "a",
                    "Seeing less: open only what the decision needs, take breaks, vary the work.",
                    "Right. Fewer exposures, a choice over them and a pace of one's own are what helps.",
                    is_right=True,
                ),
                Option(
                    "b",
                    "Blurring: it makes difficult material harmless.",
                    "Masked values and blurring are a courtesy. Do not rely on them: controlled studies did not find "
                    "that blurring reduced harm.",
                ),
                Option(
                    "c",
                    "Getting used to it: the more one sees, the less it touches.",
                    "Numbness is a sign of strain, not a protection from it.",
                ),
            ),
        ),
        Question(
            "opting_out",
            "For reasons that are nobody's business you cannot see one kind of harm at the moment. What can you do?",
            (
                Option(
                    "a",
                    "Carry on; leaving items to colleagues would be unfair.",
                    "Your colleagues are better served by somebody who is well. The queue is shared on purpose.",
                ),
                Option(
                    "b",
                    "Ask your lead for permission and explain why.",
                    "You may talk to your lead, and need not. No reason is owed.",
                ),
                Option(
                    "c",
                    "Leave such items to others, without giving a reason.",
                    "Right. Skip them, or ask for other work. Nobody keeps a score.",
                    is_right=True,
                ),
            ),
        ),
    ),
)
