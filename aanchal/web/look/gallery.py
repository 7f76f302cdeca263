"""Made-up content for `gallery.html`: every component with long names, no data, too much data.

Nobody here is real. The samples stand in the language of the page, beside names in all scripts,
so that a designer or translator sees what a reader will see.
"""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.html import format_html
from django.utils.translation import get_language

from .numbers import percent

LONG_NAME = "Sarvamangala Chandrashekharavenkataraman"
FIRST_DAY = date(2026, 8, 31)

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "where": "Hingalganj Gram Panchayat, Sandeshkhali second block",
        "role": "Community mobiliser",
        "nav": ["The watch", "Visits", "Schools", "People and committees"],
        "today": "Today's visits",
        "reasons": (
            "Absent <b>6 school days</b> running while 93% of her class came; she usually misses 1 in 12.",
            "Away <b>3 of 4 days</b> since the holidays. His elder brother does not come either.",
            "Came 17 of the last 20 days. Thank you.",
        ),
        "due": ("today", "in 2 days", "back at school"),
        "place": "West hamlet, near Mahavir crossing, behind the old brick kiln · class 6",
        "act": "Record the visit",
        "figures": (
            "Visited in time",
            "First absence to visit",
            "Empty visits",
            "Back, still there",
        ),
        "of": ("of 51 flags", "school days, median", "of 41 visits", "of 19, after 20 days"),
        "note": "sick 9 · register wrong 5 · moved school 3",
        "strip": "her 60 school days",
        "columns": ("Panchayat", "Flags", "Visited", "Flag to visit", "State"),
        "states": ("3 unassigned", "all visited", "5 overdue", "no register for five taken days"),
        "days": "days",
        "finding": "What did you find?",
        "findings": (
            (
                "She was at home",
                (("sick", "Ill"), ("care", "Looks after someone at home"), ("works", "Works")),
            ),
            (
                "She was not there",
                (
                    ("away", "The family is away"),
                    ("contractor", "Gone with a contractor"),
                    ("moved", "Goes to another school now"),
                    ("private", "Goes to a private school, or is enrolled twice"),
                    ("not_found", "Nobody was at home, and the neighbours did not know"),
                ),
            ),
            (
                "Something else",
                (
                    ("cut", "Her name was cut at the school"),
                    ("wrong", "The register is wrong"),
                    ("other", "Other"),
                ),
            ),
        ),
        "met": (
            "Whom did you meet?",
            ("The mother", "The father", "A grandparent", "The child herself"),
        ),
        "seen": "I saw the child myself",
        "hint": "As it was told to you, in the words that were used. Leave out what you only guess.",
        "wrong": "Write the age in years, such as 14.",
        "missing": "Say what you found.",
        "fields": (
            "Her age",
            "When will you go again?",
            "In your own words",
            "The register",
            "School",
        ),
        "law": (
            "Police to inform CWC and Special Court",
            "late by 3 h",
            "Social Investigation Report",
            "11 days left",
        ),
        "empty": (
            "No child waits today.",
            "New questions come when the schools send their registers.",
        ),
        "done": "The visit is recorded.",
        "ask": (
            "Withdraw this flag?",
            "Withdraw the flag",
            ("Nobody will be asked to visit.", "The school sees nothing of it."),
        ),
        "tasks": (
            "Send the register of class VI A",
            "Match 4 pupils by hand",
            "Look at 3 cells that could not be read",
        ),
        "task_states": ("done", "4 left", "not begun"),
        "progress": "Reading the register",
        "lines": ("Childline", "Police, fire, ambulance"),
        "story": (
            "Produced before the CWC.",
            "Interim placement at Asha Home. Order 21/2026 attached.",
        ),
    },
    "hi": {
        "where": "हिंगलगंज ग्राम पंचायत, सन्देशखाली द्वितीय प्रखंड",
        "role": "सामुदायिक प्रेरक",
        "nav": ["निगरानी", "भेंट", "विद्यालय", "लोग और समितियाँ"],
        "today": "आज की भेंट",
        "reasons": (
            "लगातार <b>6 दिन</b> स्कूल नहीं आई, जबकि उसकी कक्षा के 93% बच्चे आए। आम तौर पर 12 में 1 दिन छूटता है।",
            "छुट्टी के बाद से <b>4 में 3 दिन</b> नहीं आया। बड़ा भाई भी नहीं आ रहा।",
            "20 में 17 दिन स्कूल आई। धन्यवाद।",
        ),
        "due": ("आज ही", "2 दिन में", "लौट आई"),
        "place": "टोला पश्चिम, महावीर चौक के पास, पुराने ईंट भट्ठे के पीछे · कक्षा 6",
        "act": "भेंट लिखें",
        "figures": ("समय पर भेंट", "पहली अनुपस्थिति से भेंट तक", "खाली भेंट", "लौटे और टिके"),
        "of": ("51 प्रश्नों में", "स्कूल के दिन, मध्यिका", "41 भेंट में", "19 में, 20 दिन बाद"),
        "note": "बीमार 9 · रजिस्टर ग़लत 5 · विद्यालय बदला 3",
        "strip": "उसके 60 स्कूल के दिन",
        "columns": ("पंचायत", "प्रश्न", "भेंट हुई", "प्रश्न से भेंट", "स्थिति"),
        "states": (
            "3 किसी को नहीं सौंपे",
            "सब से भेंट हुई",
            "5 का समय निकल गया",
            "पाँच दिन से रजिस्टर नहीं आया",
        ),
        "days": "दिन",
        "finding": "आपने क्या पाया?",
        "findings": (
            (
                "वह घर पर थी",
                (("sick", "बीमार"), ("care", "घर में किसी की देखभाल करती है"), ("works", "काम करती है")),
            ),
            (
                "वह घर पर नहीं थी",
                (
                    ("away", "परिवार बाहर गया है"),
                    ("contractor", "ठेकेदार के साथ गई"),
                    ("moved", "अब दूसरे विद्यालय में जाती है"),
                    ("private", "निजी विद्यालय में जाती है, या दो जगह नाम लिखा है"),
                    ("not_found", "घर पर कोई नहीं था, पड़ोसियों को भी पता नहीं"),
                ),
            ),
            (
                "कुछ और",
                (("cut", "विद्यालय में नाम कट गया"), ("wrong", "रजिस्टर ग़लत है"), ("other", "अन्य")),
            ),
        ),
        "met": ("आप किससे मिलीं?", ("माँ", "पिता", "दादा-दादी या नाना-नानी", "बच्ची स्वयं")),
        "seen": "मैंने बच्ची को स्वयं देखा",
        "hint": "जैसा आपको बताया गया, उन्हीं शब्दों में। जो केवल अनुमान है, वह न लिखें।",
        "wrong": "आयु वर्षों में लिखें, जैसे 14।",
        "missing": "बताइए कि आपने क्या पाया।",
        "fields": ("उसकी आयु", "आप फिर कब जाएँगी?", "अपने शब्दों में", "रजिस्टर", "विद्यालय"),
        "law": (
            "पुलिस द्वारा बाल कल्याण समिति और विशेष न्यायालय को सूचना",
            "3 घंटे की देर",
            "सामाजिक अन्वेषण रिपोर्ट",
            "11 दिन शेष",
        ),
        "empty": ("आज कोई बच्चा राह नहीं देख रहा।", "विद्यालय जब रजिस्टर भेजेंगे, तब नए प्रश्न आएँगे।"),
        "done": "भेंट लिख ली गई।",
        "ask": (
            "यह प्रश्न वापस लें?",
            "प्रश्न वापस लें",
            ("किसी को भेंट के लिए नहीं कहा जाएगा।", "विद्यालय को इसका कुछ नहीं दिखेगा।"),
        ),
        "tasks": (
            "कक्षा VI A का रजिस्टर भेजें",
            "4 विद्यार्थियों को हाथ से मिलाएँ",
            "3 खाने देखें जो पढ़े नहीं जा सके",
        ),
        "task_states": ("हो गया", "4 शेष", "शुरू नहीं हुआ"),
        "progress": "रजिस्टर पढ़ा जा रहा है",
        "lines": ("चाइल्डलाइन", "पुलिस, दमकल, एम्बुलेंस"),
        "story": ("बाल कल्याण समिति के सामने प्रस्तुत।", "आशा गृह में अंतरिम निवास। आदेश 21/2026 संलग्न।"),
    },
    "bn": {
        "where": "হিঙ্গলগঞ্জ গ্রাম পঞ্চায়েত, সন্দেশখালি দ্বিতীয় ব্লক",
        "role": "সমাজ সংগঠক",
        "nav": ["নজর", "বাড়ি যাওয়া", "বিদ্যালয়", "মানুষ ও কমিটি"],
        "today": "আজ যাদের বাড়ি যাবেন",
        "reasons": (
            "টানা <b>6 দিন</b> স্কুলে আসেনি, অথচ তার শ্রেণির 93% এসেছে। সে সাধারণত 12 দিনে 1 দিন আসে না।",
            "ছুটির পর থেকে <b>4 দিনের মধ্যে 3 দিন</b> আসেনি। তার দাদাও আসছে না।",
            "20 দিনের মধ্যে 17 দিন এসেছে। ধন্যবাদ।",
        ),
        "due": ("আজই", "2 দিনের মধ্যে", "ফিরে এসেছে"),
        "place": "পশ্চিম পাড়া, মহাবীর মোড়ের কাছে, পুরনো ইটভাটার পিছনে · ষষ্ঠ শ্রেণি",
        "act": "যা দেখলেন লিখুন",
        "figures": (
            "সময়মতো যাওয়া হয়েছে",
            "প্রথম অনুপস্থিতি থেকে যাওয়া",
            "খালি যাওয়া",
            "ফিরে এসেছে, এখনও আছে",
        ),
        "of": ("51টি প্রশ্নের মধ্যে", "স্কুলের দিন, মধ্যমা", "41 বারের মধ্যে", "19 জনের মধ্যে, 20 দিন পরে"),
        "note": "অসুস্থ 9 · খাতায় ভুল 5 · স্কুল বদলেছে 3",
        "strip": "তার 60টি স্কুলের দিন",
        "columns": ("পঞ্চায়েত", "প্রশ্ন", "যাওয়া হয়েছে", "প্রশ্ন থেকে যাওয়া", "অবস্থা"),
        "states": (
            "3টি কাউকে দেওয়া হয়নি",
            "সবার বাড়ি যাওয়া হয়েছে",
            "5টির সময় পেরিয়ে গেছে",
            "পাঁচ দিন খাতা আসেনি",
        ),
        "days": "দিন",
        "finding": "আপনি কী জানলেন?",
        "findings": (
            (
                "সে বাড়িতে ছিল",
                (("sick", "অসুস্থ"), ("care", "বাড়িতে কারও দেখাশোনা করে"), ("works", "কাজ করে")),
            ),
            (
                "সে বাড়িতে ছিল না",
                (
                    ("away", "পরিবার বাইরে গেছে"),
                    ("contractor", "ঠিকাদারের সঙ্গে গেছে"),
                    ("moved", "এখন অন্য স্কুলে যায়"),
                    ("private", "বেসরকারি স্কুলে যায়, বা দু জায়গায় নাম আছে"),
                    ("not_found", "বাড়িতে কেউ ছিল না, প্রতিবেশীরাও জানে না"),
                ),
            ),
            ("অন্য কিছু", (("cut", "স্কুলে নাম কাটা গেছে"), ("wrong", "খাতায় ভুল আছে"), ("other", "অন্যান্য"))),
        ),
        "met": ("কার সঙ্গে দেখা হল?", ("মা", "বাবা", "দাদু বা ঠাকুমা", "মেয়েটি নিজে")),
        "seen": "আমি নিজে শিশুটিকে দেখেছি",
        "hint": "আপনাকে যেমন বলা হয়েছে, সেই কথাতেই। যা শুধু অনুমান, তা লিখবেন না।",
        "wrong": "বয়স বছরে লিখুন, যেমন 14।",
        "missing": "কী জানলেন বলুন।",
        "fields": ("তার বয়স", "আবার কবে যাবেন?", "নিজের কথায়", "খাতা", "বিদ্যালয়"),
        "law": (
            "পুলিশ শিশু কল্যাণ সমিতি ও বিশেষ আদালতকে জানাবে",
            "3 ঘণ্টা দেরি",
            "সামাজিক অনুসন্ধান প্রতিবেদন",
            "11 দিন বাকি",
        ),
        "empty": ("আজ কোনও শিশু অপেক্ষায় নেই।", "স্কুলগুলি খাতা পাঠালে নতুন প্রশ্ন আসবে।"),
        "done": "যাওয়ার কথা লেখা হয়েছে।",
        "ask": (
            "এই প্রশ্ন ফিরিয়ে নেবেন?",
            "প্রশ্ন ফিরিয়ে নিন",
            ("কাউকে যেতে বলা হবে না।", "স্কুল এর কিছুই দেখবে না।"),
        ),
        "tasks": ("ষষ্ঠ শ্রেণি A-র খাতা পাঠান", "4 জন ছাত্রছাত্রীকে হাতে মেলান", "3টি ঘর দেখুন যা পড়া যায়নি"),
        "task_states": ("হয়েছে", "4টি বাকি", "শুরু হয়নি"),
        "progress": "খাতা পড়া হচ্ছে",
        "lines": ("চাইল্ডলাইন", "পুলিশ, দমকল, অ্যাম্বুলেন্স"),
        "story": ("শিশু কল্যাণ সমিতির সামনে আনা হয়েছে।", "আশা হোমে অন্তর্বর্তী আশ্রয়। আদেশ 21/2026 সংযুক্ত।"),
    },
}


def school_days(count: int) -> list[date]:
    """`count` days from `FIRST_DAY`, Sundays left out."""
    days = (FIRST_DAY + timedelta(days=n) for n in range(count * 2))
    return [day for day in days if day.isoweekday() != 7][:count]


def marks(count: int, *, seed: int = 3, ends_absent: int = 6) -> str:
    """Mark codes of one made-up child, always the same for the same numbers."""
    codes = []
    for n in range(count - ends_absent):
        roll = (n * 37 + seed * 101) % 61
        codes.append("2" if roll < 5 else "3" if roll == 7 else "0" if roll in (11, 12) else "1")
        if n % 29 == 17:
            codes[-1] = "4"
    return "".join(codes) + "2" * ends_absent


def class_shares(count: int) -> list[float | None]:
    """The share of a made-up class that came each day: one bad week, a few days not taken."""
    shares: list[float | None] = []
    for n in range(count):
        share = 0.93 - ((n * 17) % 11) / 60 - (0.45 if 20 <= n < 24 else 0)
        shares.append(None if n % 19 == 13 else round(share, 2))
    return shares


def visit_form(words: dict[str, Any], *, sent: bool) -> forms.Form:
    """A form with every kind of field; `sent` with most of it wrong."""
    label = words["fields"]

    class VisitForm(forms.Form):
        finding = forms.ChoiceField(
            label=words["finding"],
            choices=words["findings"],
            widget=forms.RadioSelect,
            error_messages={"required": words["missing"]},
        )
        met = forms.MultipleChoiceField(
            label=words["met"][0],
            choices=list(enumerate(words["met"][1])),
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        age = forms.IntegerField(label=label[0], error_messages={"invalid": words["wrong"]})
        again = forms.DateField(
            label=label[1], widget=forms.DateInput(attrs={"type": "date"}), required=False
        )
        school = forms.ChoiceField(
            label=label[4],
            choices=[("", "…"), ("1", "UMS Basbaria Tola Paschim (Urdu), Benipatti")],
        )
        story = forms.CharField(
            label=label[2], help_text=words["hint"], widget=forms.Textarea, required=False
        )
        register = forms.FileField(label=label[3], required=False)
        seen = forms.BooleanField(label=words["seen"], required=False)

    return VisitForm(
        {"age": "fourteen", "school": "1"} if sent else None,
        auto_id="sent_%s" if sent else "new_%s",
    )


def gallery() -> dict[str, Any]:
    """The context of `gallery.html`, in the active language."""
    language = (get_language() or "en").split("-")[0]
    words = WORDS.get(language, WORDS["en"])
    columns = [{"label": label, "number": 0 < n < 4} for n, label in enumerate(words["columns"])]

    def state(level: str, n: int) -> str:
        return format_html('<span class="tag {}">{}</span>', level, words["states"][n])

    areas = (
        ("Hingalganj", 14, 11, "2.5", state("soon", 0)),
        ("সন্দেশখালি", 22, 20, "1.8", state("done", 1)),
        ("Minakhan", 9, 4, "6.0", state("now", 2)),
        (f"{LONG_NAME} Nagar", 12345, 1000, "2.0", state("soon", 3)),
        ("", 0, 0, "", ""),
    )
    pupils = ("गुड़िया", "অঞ্জলি", LONG_NAME, "Ravi")
    return {
        "words": words,
        "reasons": [format_html(reason) for reason in words["reasons"]],
        "long_name": LONG_NAME,
        "where": words["where"],
        "role": words["role"],
        "signed_in": True,
        "nav": [
            {"label": label, "href": f"#{n}", "current": n == 0, "count": 12 if n == 1 else None}
            for n, label in enumerate(words["nav"])
        ],
        "helplines": [
            {"number": number, "label": label}
            for number, label in zip(("1098", "112"), words["lines"], strict=True)
        ],
        "quick_exit_url": "#left",
        "days": school_days(60),
        "marks": marks(60),
        "shares": class_shares(60),
        "year_days": school_days(220),
        "year_marks": marks(220, ends_absent=0),
        "columns": columns,
        "rows": [
            (name, flags, visited, f"{lag} {words['days']}" if lag else "", tag)
            for name, flags, visited, lag, tag in areas
        ],
        "pupils": [
            (n + 1, name, row, percent(row.count("1"), row.count("1") + row.count("2")))
            for n, name in enumerate(pupils)
            for row in [marks(30, seed=n, ends_absent=n)]
        ],
        "percents": [
            percent(41, 51),
            percent(2, 3),
            percent(0, 0),
            percent(999, 1000),
            percent(1, 123456),
        ],
        "tasks": [
            {
                "title": title,
                "status": status,
                "level": level,
                "href": "#" if level != "done" else "",
            }
            for title, status, level in zip(
                words["tasks"], words["task_states"], ("done", "soon", "plain"), strict=True
            )
        ],
        "answers": [
            {"label": words["finding"], "value": words["findings"][1][1][4][1], "href": "#"},
            {"label": words["met"][0], "value": words["met"][1][0], "href": "#"},
            {"label": words["fields"][2], "value": words["hint"] * 3, "href": "#"},
        ],
        "story": [
            {"when": "19 Nov 14:30", "title": words["story"][0], "text": words["story"][1]},
            {
                "when": "18 Nov 23:10",
                "title": LONG_NAME,
                "text": words["hint"],
                "href": "#",
                "action": "R-17",
            },
        ],
        "crumbs": [
            {"label": words["nav"][0], "href": "#"},
            {"label": words["where"], "href": "#"},
            {"label": "K-0412"},
        ],
        "page": Paginator(range(173_412), 20).page(4),
        "sent_form": visit_form(words, sent=True),
        "new_form": visit_form(words, sent=False),
    }
