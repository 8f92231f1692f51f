"""What texts about videos have in common: words that a face need not spell out (see rules.faces).

Rows refer to places in it, so not a character of it may ever change. What comes last is referred to in fewest bits.
"""

_RARE = """\
https://www.youtube.com/watch?v= https://www.instagram.com/ https://twitter.com/ https://github.com/ http://bit.ly/
ñ é è ü ö ä ß á ó í ç à â ê ô — – “ ” ’ … • → ► ✓ ★
Timestamps: 00:00 Intro 00:30 01:00 1:00 2:00 3:00 4:00 5:00 10:00 15:00 20:00 30:00 Chapters: Outro Credits
#shorts #vlog #music #tutorial #gaming #travel #food #fitness #tech #news #howto #diy #art #education #comedy
January February March April May June July August September October November December
Monday Tuesday Wednesday Thursday Friday Saturday Sunday spring summer autumn winter weekend holiday
London Paris Berlin New York Tokyo Europe America Germany France Italy Spain England India China Japan English German
mountain river lake forest beach ocean island village town street garden kitchen museum station bridge country
dinner breakfast lunch coffee chocolate chicken cheese bread butter sugar water cooking baking delicious ingredients
workout exercise training running cycling yoga stretching muscles health doctor science physics chemistry history
guitar piano drums vocals band album song singer concert acoustic cover remix lyrics official music video audio
camera drone footage filmed edited recorded microphone lens light sound studio production director documentary trailer
gameplay walkthrough let's play no commentary level boss strategy minecraft multiplayer challenge speedrun highlights
python javascript programming software computer server database website application install setup configuration
interview podcast conversation discussion conference presentation lecture lesson course chapter exercise students
market business company customers product marketing investment finance strategy management project engineering
review unboxing comparison versus features price budget battery screen phone laptop device update version release
beginner beginners advanced complete guide introduction tutorial explained step-by-step walkthrough tips and tricks
animal animals children family friends mother father brother daughter people community neighbours teacher player
black white red green blue yellow beautiful amazing incredible important different special simple difficult possible
understand explain remember happen between through without another something everything anything nothing together
"""
_COMMON = """\
government national international research experience information performance development environment adventure
building morning evening afternoon tonight yesterday tomorrow hours minutes seconds years months weeks
travel trip journey road train flight hotel car bike walk drive city world house home room school university
ready watching enjoy please welcome hello thanks thank support comment comments share follow join download available
channel subscribe playlist episode series season part live stream recording behind the scenes full movie short film
question questions answer problem solution example method process system design model result results change changes
great little small large long short high low early late young quick quickly slow slowly easy easily hard free real
right left next last second third three four five six seven eight nine ten hundred thousand million
before after again always never sometimes often still already almost around under over against during while until
because although however therefore whether since though than then there these those their them they're you're don't
didn't doesn't can't won't isn't it's that's let's I'm I've we're we've
would could should might must been being have has had having does did doing done made make makes making take takes
taking give gives get gets getting got going goes gone come comes coming came see seen look looks looking find found
know knows think thinks thought say says said tell told ask asked want wants wanted need needs try tried trying use
used uses using work works working worked play plays playing played start starts started turn turned keep keeps
learn learning show shows showing shown talk talks talking watch write writing read reading open close built build
where when which while what who why how here there only also just even very much many more most some any every each
other both few own same such well back down away along across into from with about above below near off out up
"""
_PHRASES = """\
thank you for watching. don't forget to like and subscribe to my channel. If you enjoyed this video, please leave a
comment below. Follow me on Instagram Twitter Facebook: let me know what you think in the comments. Check out my
website for more information. Links in the description. All rights reserved. Thanks to everyone who helped.
In this video we will learn how to make your own. In this episode I show you the best way to get started with
everything you need to know about it. This is the first part of a series about how we built our new one, and what
I would do differently next time. We take a look at some of the most important things that happened this year,
from the beginning to the end. A short film about the life of a young woman who has to find her way back home.
Recorded live at the festival in front of an audience. We talk about what it means to be one of those who were there.
I have been doing this for a long time, and there are a lot of things that can be done with it. It was not as easy as I
thought it would be, but we did it. You can see that they are on their way through the old part of the city. at the
same time, for the first time, in the middle of the night, on the other side of the world, one day in the life of an
as well as, so that you can, all of the, out of the, and then the, that it is, which is the, when you are, if you want
to be, it is a, there is a, that is the, this is a, was in the, with the, from the, by the, at the, for a, is the,
as a, with a, in a, on the, to the, and the, in the, of the
"""
_SHAPES = (
    "1080p-hevc 720p-hevc 480p-hevc 1080p-av1 720p-av1 480p-av1 2160p 1440p 1080p 720p 480p 360p 240p"
    "\0https://lh3.googleusercontent.com/a/=s96-c\0https://pictures.example/.png\0https://cdn./poster.jpg?.mp4"
    "\0The \0music\0gaming\0education\0entertainment\0sports\0news\0technology\0science\0travel\0comedy\0film"
    "\0Education\0Music\0Gaming\0How to \0A "
    "\0\0\0\x01\0\x01\0\x02\0thumbnail-\x03.jpg\0/public/avatars/\x01/\x02.jpg\0\x01\0\0thumbnail-\x02.jpg\0\0\0"
)
DICTIONARY = " ".join((_RARE + _COMMON + _PHRASES).split()).encode() + _SHAPES.encode()
