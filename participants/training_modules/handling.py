"""Module 4: keeping what is shared."""

from participants.training_modules.module import Module, Option, Question

HANDLING = Module(
    slug="handling",
    version=1,
    title="Keeping what is shared",
    summary="Traffic light labels, files on your computer, requests by governments, and what to do when something "
    "went wrong.",
    minutes=10,
    questions=(
        Question(
            "government",
            "An officer telephones and asks which signals Lantern has about a suspect. What do you do?",
            (
                Option(
                    "a",
                    "Look it up; the officer is on the same side.",
                    "A search on behalf of a government turns Lantern into something it must never be, and may make "
                    "evidence worthless in court.",
                ),
                Option(
                    "b",
                    "Search nothing, and hand the request to your legal team, who tell the coalition.",
                    "Right. Your company answers lawful requests about its own data by its own process, and challenges "
                    "attempts to get at the shared data.",
                    is_right=True,
                ),
                Option(
                    "c",
                    "Say that the suspect is not in Lantern, to end the call.",
                    "Even “no” is an answer out of the shared data, and you would have had to search for it.",
                ),
            ),
        ),
        Question(
            "tlp",
            "A signal is labelled TLP:AMBER+STRICT. A moderation supplier works for you. May its people see it?",
            (
                Option(
                    "a",
                    "No. It stays inside your own organisation.",
                    "Right. AMBER alone would also let clients know who need to; +STRICT takes even that away.",
                    is_right=True,
                ),
                Option(
                    "b",
                    "Yes: suppliers under contract count as your organisation.",
                    "Under TLP 2.0 they do not. +STRICT is there to say exactly that.",
                ),
                Option(
                    "c",
                    "Yes, if the value is masked.",
                    "The label is about the signal and all that is known of it, masked or not.",
                ),
            ),
        ),
        Question(
            "export",
            "You downloaded a file with signals to compare it on your system. What happens to it afterwards?",
            (
                Option(
                    "a",
                    "It stays in the team's folder, in case somebody needs it again.",
                    "A copy does not learn that a signal was withdrawn or has run out. Somebody will act on it when it "
                    "is no longer true.",
                ),
                Option(
                    "b",
                    "It is deleted when the comparison is done; next time a fresh one is taken.",
                    "Right. What was withdrawn or has expired must not live on in a forgotten file.",
                    is_right=True,
                ),
                Option(
                    "c",
                    "It is sent to the other teams, so that they need not ask.",
                    "Each person who needs signals has an account of their own, is trained, and leaves a record.",
                ),
            ),
        ),
        Question(
            "mistake",
            "You notice that you shared the wrong account an hour ago. What is best?",
            (
                Option(
                    "a",
                    "Withdraw it now with a reason, and tell your lead.",
                    "Right. Those who have seen or acted on it are told. A mistake that is put right within the hour "
                    "harms few.",
                    is_right=True,
                ),
                Option(
                    "b",
                    "Wait: the others check for themselves anyway.",
                    "They do, and meanwhile they look at a person who did nothing. Withdrawing takes a minute.",
                ),
                Option(
                    "c",
                    "Ask your contacts at other companies by chat to ignore it.",
                    "Those you do not reach go on, nothing is recorded, and an identifier stands in a chat.",
                ),
            ),
        ),
    ),
)
