"""What applicants and participants are asked. Form, page, admin and file of answers read the same rows."""

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """What an answer looks like."""

    LINE = "line"
    TEXT = "text"
    EMAIL = "email"
    ADDRESS = "address"
    LINK_OR_TEXT = "link_or_text"
    COUNT = "count"
    YES = "yes"


@dataclass(frozen=True)
class Question:
    """One question: what is asked, and in `help` what a good answer holds."""

    name: str
    label: str
    help: str
    shape: Shape = Shape.TEXT
    needed: bool = True

    def told(self, answer: str | int | bool | None) -> str:
        """The answer as a page shows it."""
        if self.shape == Shape.YES:
            return "Yes" if answer else "No"
        return "–" if answer is None or answer == "" else str(answer)


COMPANY = (
    Question("company", "Company", "The name under which your users know you.", Shape.LINE),
    Question(
        "legal_name",
        "Legal name and country",
        "The company that would sign the agreement, and where it is registered.",
        Shape.LINE,
    ),
    Question("sector", "What you do", "In a few words, such as messaging, games or payments.", Shape.LINE),
    Question(
        "services",
        "Services and domains",
        "Each service of yours that would take part, one on a line, with the domains it runs on.",
    ),
    Question(
        "people",
        "How many people work on trust and safety",
        "Roughly. A small team is no reason to refuse anybody: it can be given a participant that helps it through its"
        " first year.",
        Shape.COUNT,
    ),
    Question(
        "receive_only",
        "We would only receive signals, not share any",
        "For companies that may not share what they know about their customers, such as banks.",
        Shape.YES,
        needed=False,
    ),
)
CONTACTS = (
    Question("contact_name", "Your name", "The person we write to about this application.", Shape.LINE),
    Question("contact_email", "Your work e-mail address", "The link to this draft goes there.", Shape.EMAIL),
    Question(
        "urgent_contact",
        "Contact for urgent matters",
        "A mailbox that is read every day, for example when a child is in danger now.",
        Shape.EMAIL,
    ),
    Question(
        "security_contact",
        "Contact for information security",
        "Who answers for the accounts and devices through which your people would use the portal.",
        Shape.EMAIL,
    ),
)
# Each of these is accepted by staff before an agreement goes out.
VETTING = (
    Question(
        "standard",
        "Your published standard against child sexual exploitation",
        "The address of the rules your users agree to. They say plainly that sexual exploitation and abuse of children"
        " is forbidden, in words and pictures, invented ones included, and what happens to those who break them.",
        Shape.ADDRESS,
    ),
    Question(
        "appeals",
        "How a user can appeal",
        "How somebody whose account or content was removed is told, how they can appeal, who decides, and in what time."
        " A link or a description.",
        Shape.LINK_OR_TEXT,
    ),
    Question(
        "human_review",
        "Who reviews, and how many",
        "Every action that follows a signal is decided by a trained person on your side. Say how many people that is,"
        " at what hours, how they are trained and how they are looked after.",
        Shape.LINK_OR_TEXT,
    ),
    Question(
        "government",
        "How you treat requests from governments",
        "Who checks that a request is lawful, narrow and in writing, when you refuse or challenge one, when you tell"
        " the user, and whether you publish numbers. A link or a description.",
        Shape.LINK_OR_TEXT,
    ),
    Question(
        "reporting",
        "How people report to you, and how you report",
        "Where anybody, account or not, can report child sexual exploitation on your service, and to which authority or"
        " hotline you report it, such as NCMEC.",
        Shape.LINK_OR_TEXT,
    ),
)
APPLICATION = (*COMPANY, *CONTACTS, *VETTING)

CHECK_IN = (
    Question(
        "reviewers",
        "Who reviews signals now",
        "How many people, in which roles, and whether somebody joined or left since the last check-in.",
    ),
    Question(
        "evidence",
        "Evidence of human review",
        "How you make sure that a person decided each action that followed a signal. For example a sample you looked at"
        " again, with its size and what you found. No names of users, no identifiers.",
    ),
    Question(
        "upheld",
        "Appeals upheld",
        "Appeals against actions that followed a signal, where the action stood.",
        Shape.COUNT,
    ),
    Question("reversed", "Appeals reversed", "The same, where the action was taken back.", Shape.COUNT),
    Question(
        "requests",
        "Government requests received",
        "Requests of governments or courts that named signals or this programme. 0 if none.",
        Shape.COUNT,
    ),
    Question(
        "challenged", "Government requests challenged", "How many of them you refused or challenged.", Shape.COUNT
    ),
    Question("open_questions", "Open questions", "What you would like the coalition to answer.", needed=False),
)
PRACTICE_REVIEW = (
    Question(
        "standard",
        "Your published standard",
        "Its address now, and what changed since the last review.",
        Shape.LINK_OR_TEXT,
    ),
    Question("appeals", "User appeals", "What changed in how users appeal, and what you learned from appeals."),
    Question("human_review", "Human review", "What changed in who reviews, their training and their well-being."),
    Question("government", "Requests from governments", "What changed in how you treat them."),
    Question("reporting", "Reporting channel", "What changed in how people report to you, and how you report."),
    Question(
        "retention",
        "Retention and access",
        "How long you keep what you took from the portal, who can open it, and how you checked that.",
    ),
    Question("services", "Services and contacts", "Services, domains or contacts that are new or gone.", needed=False),
)
