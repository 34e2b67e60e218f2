"""Internet domains of firms: the registrable one of a website or address, unless anybody can have a mailbox there."""

from functools import cache, lru_cache
from urllib.parse import urlsplit

from disposable_email_domains import blocklist
from publicsuffixlist import PublicSuffixList

# Anybody can have an address there, so it says nothing about the firm.
FREE_MAIL = frozenset(
    "126.com 163.com 139.com aim.com alice.it aliyun.com aol.com arcor.de att.net bigpond.com bk.ru bluewin.ch "
    "bol.com.br btinternet.com centrum.cz charter.net comcast.net cox.net daum.net duck.com earthlink.net email.cz "
    "fastmail.com fastmail.fm foxmail.com free.fr freemail.hu freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de "
    "gmx.net googlemail.com hanmail.net hey.com hotmail.be hotmail.co.uk hotmail.com hotmail.de hotmail.es "
    "hotmail.fr hotmail.it hotmail.nl hushmail.com icloud.com ig.com.br inbox.lv inbox.ru interia.pl kakao.com "
    "kpnmail.nl laposte.net libero.it list.ru live.be live.co.uk live.com live.com.au live.de live.fr live.nl "
    "luukku.com mac.com mail.com mail.de mail.ee mail.ru mailbox.org me.com msn.com naver.com neuf.fr ntlworld.com "
    "o2.pl online.de online.no onet.pl optonline.net optusnet.com.au orange.fr outlook.com outlook.de outlook.es "
    "outlook.fr outlook.it pm.me pobox.com posteo.de poste.it proton.me protonmail.ch protonmail.com qq.com "
    "rambler.ru rediffmail.com rocketmail.com runbox.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.cn "
    "sina.com skynet.be sky.com sohu.com sympatico.ca t-online.de talktalk.net telenet.be telfort.nl terra.com.br "
    "tiscali.it tuta.com tutanota.com ukr.net uol.com.br verizon.net virgilio.it virginmedia.com wanadoo.fr web.de "
    "wp.pl xs4all.nl ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br "
    "yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru yeah.net ymail.com ziggo.nl zoho.com zohomail.com".split()
)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def is_free_mail(domain: str) -> bool:
    return domain.lower() in FREE_MAIL


def is_disposable(domain: str) -> bool:
    """Whether mailboxes there are thrown away after use, also at a host below it."""
    labels = domain.lower().split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


@lru_cache(maxsize=4096)
def of_website(text: str) -> str:
    """The registrable domain of a link or a host (`https://www.shop.example.co.uk/x` -> `example.co.uk`), or ""."""
    host = _host(text.strip())
    if not host or "." not in host:
        return ""
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    registrable: str | None = _suffixes().privatesuffix(host)
    return (registrable or "")[:253]


def of_email(address: str) -> str:
    """The firm's domain behind an e-mail address, or "" for providers of free and of disposable mailboxes."""
    domain = of_website(address.rpartition("@")[2])
    return "" if is_free_mail(domain) or is_disposable(domain) else domain


def _host(text: str) -> str:
    try:
        return (urlsplit(text if "//" in text else f"//{text}").hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
