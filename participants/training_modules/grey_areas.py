"""Module 2: grey areas."""

from participants.training_modules.module import Module, Option, Question

GREY_AREAS = Module(
    slug="grey-areas",
    version=1,
    title="Grey areas",
    summary="Self-generated imagery, teenagers, fiction, survivors, researchers: where sharing can harm a child.",
    minutes=15,
    questions=(
        Question(
            "self_generated",
            "Two 16-year-olds sent each other intimate pictures of themselves. Your policy forbids them, and you "
            "removed "
            "them. Do you share their accounts?",
            (
                Option(
                    "a",
                    "Yes, as “self-generated”: that is what the harm type is for.",
                    "The harm type is for those who obtain, trade or threaten with such images. It is not for naming "
                    "the young people who made them.",
                ),
                Option(
                    "b",
                    "No. They are children, and nobody exploits them here that you know of.",
                    "Right. An account of a child is never a signal. You act on your own service, gently, and follow "
                    "your own reporting duties.",
                    is_right=True,
                ),
                Option(
                    "c",
                    "Yes, with severity low, so that others can protect them.",
                    "The others would see two accounts among offenders. A low severity does not undo that.",
                ),
            ),
        ),
        Question(
            "trader",
            "An adult's account collects self-generated images of minors and offers them for others. What do you "
            "share?",
            (
                Option(
                    "a",
                    "The adult's account, and the hashes of the images, without anything about the children.",
                    "Right. The signal is the person who exploits the images and what lets others recognise copies.",
                    is_right=True,
                ),
                Option(
                    "b",
                    "The adult's account and the accounts from which the images came first.",
                    "The accounts from which they came are most likely the children's. They stay out.",
                ),
                Option(
                    "c",
                    "Nothing: whatever is self-generated is a grey area.",
                    "The children's part is delicate; the adult's is not grey at all. It broke your policy, and "
                    "others can stop it.",
                ),
            ),
        ),
        Question(
            "unsure_age",
            "An account solicits images and says it belongs to a 15-year-old. Several things suggest an adult. "
            "Your team disagrees. What now?",
            (
                Option(
                    "a",
                    "Share it; offenders often say that they are young.",
                    "They do, and children do harm to each other as well. While your own team is not convinced, the "
                    "violation is not confirmed in the sense that sharing asks for.",
                ),
                Option(
                    "b",
                    "Share it and write into the note that the age is unclear.",
                    "A doubt in a note is easily overlooked, and everything that follows rests on it. Settle it first.",
                ),
                Option(
                    "c",
                    "Keep it until a second reviewer has looked; if the doubt stays, do not share.",
                    "Right. Your duties to report stand beside that: an unclear age does not postpone a report.",
                    is_right=True,
                ),
            ),
        ),
        Question(
            "ordinary_words",
            "A keyword you found in trading groups is also the everyday name of a cartoon character. Do you share it?",
            (
                Option(
                    "a",
                    "Yes: others can decide how to use it.",
                    "Somebody will match on it, and thousands of people who like the cartoon will be looked at.",
                ),
                Option(
                    "b",
                    "Not the bare word. Share the phrase as traders write it, if that phrase is theirs alone.",
                    "Right. A signal should catch those it is about. A value that would catch the innocent is refused "
                    "where we can tell, and yours to hold back where we cannot.",
                    is_right=True,
                ),
                Option(
                    "c",
                    "Yes, with confidence 20.",
                    "Confidence says how sure you are of what you found. It does not make a broad word narrow.",
                ),
            ),
        ),
    ),
)
