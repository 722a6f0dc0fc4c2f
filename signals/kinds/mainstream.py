"""Sites that most people use: their front page or bare domain says nothing about anybody.

Kept by hand and on purpose short: large services at home in several countries. `MAINSTREAM` are registrable domains;
a page, a profile or a subdomain of one is still a fine signal. For those in `WHOLE` the subdomains belong to the
company too (`maps.`, `de-de.`), so that a bare subdomain is as broad as the domain. Where users have names of their own
below it (`someone.t.me`), a site is none of them, and what else the company has there is named one by one.
"""

_COUNTRIES_COM = (
    "ar",
    "au",
    "br",
    "co",
    "eg",
    "hk",
    "mx",
    "my",
    "ng",
    "pe",
    "ph",
    "pk",
    "sa",
    "sg",
    "tr",
    "tw",
    "ua",
    "vn",
)
_COUNTRIES_CO = ("id", "il", "in", "jp", "ke", "kr", "nz", "th", "uk", "ve", "za")
_COUNTRIES = (
    "ae", "at", "be", "bg", "ca", "ch", "cl", "cn", "cz", "de", "dk", "ee", "es", "fi", "fr", "gr", "hr", "hu",
    "ie", "in", "it", "lt", "lu", "lv", "nl", "no", "pl", "pt", "ro", "rs", "ru", "se", "si", "sk", "us",
)  # fmt: skip


def _everywhere(name: str) -> tuple[str, ...]:
    """The domains under which a company that is in every country is found."""
    return (
        f"{name}.com",
        *(f"{name}.{country}" for country in _COUNTRIES),
        *(f"{name}.com.{country}" for country in _COUNTRIES_COM),
        *(f"{name}.co.{country}" for country in _COUNTRIES_CO),
    )


_QUORA_LANGUAGES = (
    "ar", "bn", "da", "de", "es", "fi", "fr", "gu", "he", "hi", "id", "it", "ja", "kn", "ml", "mr", "nl", "no", "pl",
    "pt", "sv", "ta", "te",
)  # fmt: skip

WHOLE = frozenset(
    (
        *_everywhere("google"), *_everywhere("amazon"), *_everywhere("ebay"), *_everywhere("yahoo"), "apple.com",
        "baidu.com", "bbc.co.uk", "bbc.com", "bing.com", "bsky.app", "cashapp.com", "cash.app", "cnn.com",
        "discord.com", "discord.gg", "discordapp.com", "discordapp.net", "douyin.com", "duckduckgo.com",
        "facebook.com", "fb.com", "github.com", "gmail.com", "googlemail.com", "hotmail.com", "icloud.com",
        "imgur.com", "instagram.com", "kik.com", "line.me", "linkedin.com", "live.com", "mail.ru", "messenger.com",
        "microsoft.com", "msn.com", "naver.com", "netflix.com", "ok.ru", "omegle.com", "openai.com", "outlook.com",
        "paypal.com", "pinterest.com", "playstation.com", "protonmail.com", "proton.me", "qq.com",
        "reddit.com", "redd.it", "roblox.com", "signal.org", "skype.com", "snapchat.com", "spotify.com",
        "steamcommunity.com", "steampowered.com", "t.co", "telegram.me", "telegram.org", "threads.com",
        "threads.net", "tiktok.com", "twitch.tv", "twitter.com", "venmo.com", "viber.com", "vimeo.com", "vk.com",
        "wa.me", "wechat.com", "weibo.com", "whatsapp.com", "wikipedia.org", "wikimedia.org", "x.com", "xbox.com",
        "yandex.com", "yandex.ru", "youtu.be", "youtube-nocookie.com", "youtube.com",
        "zoom.us",
    )
)  # fmt: skip

MAINSTREAM = WHOLE | {
    "adobe.com", "aliexpress.com", "archive.org", "bandcamp.com", "bit.ly", "blogger.com", "booking.com", "box.com",
    "canva.com", "chatgpt.com", "cloudflare.com", "craigslist.org", "dailymotion.com", "deviantart.com",
    "dropbox.com", "epicgames.com", "etsy.com", "fandom.com", "flickr.com", "giphy.com", "goo.gl", "imdb.com",
    "itch.io", "kakao.com", "kick.com", "linktr.ee", "livejournal.com", "mastodon.social", "mediafire.com",
    "medium.com", "mega.app", "mega.co.nz", "mega.io", "mega.nz", "minecraft.net", "mozilla.org", "newgrounds.com",
    "notion.so", "nytimes.com", "onlyfans.com", "patreon.com", "pastebin.com", "pixiv.net", "quora.com",
    "rumble.com", *(f"{language}.quora.com" for language in _QUORA_LANGUAGES),
    "shopify.com", "slack.com", "soundcloud.com", "sourceforge.net", "squarespace.com", "stackoverflow.com",
    "substack.com", "t.me", "temu.com", "theguardian.com", "tinyurl.com", "tumblr.com", "walmart.com", "wattpad.com",
    "weebly.com", "wetransfer.com", "wix.com", "wordpress.com", "wordpress.org", "yelp.com",
}  # fmt: skip
