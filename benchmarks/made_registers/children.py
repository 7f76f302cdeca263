"""Made-up names of children, plain ones and those that are also words of a register."""

from random import Random

_GIVEN = {
    "en": "Sunita Mohan Asha Ravi Meena Gopal Anil Kiran Lakshmi Suresh Farida Imran Ruksana Birsa Phulmani Deepak Pooja Arjun Salma Rahim Sabina Champa Mangal Jyoti Rekha Vijay Nasreen Babita".split(),
    "hi": "सुनीता मोहन आशा रवि मीना गोपाल अनिल किरण लक्ष्मी सुरेश फरीदा इमरान रुकसाना बिरसा फूलमनी दीपक पूजा अर्जुन सलमा रेखा विजय नसरीन बबीता चंपा".split(),
    "bn": "সুনীতা মোহন আশা রবি মীনা গোপাল অনিল কিরণ লক্ষ্মী সুরেশ ফরিদা ইমরান রুকসানা বীরসা দীপক পূজা অর্জুন সালমা রেখা বিজয় সাবিনা চম্পা জ্যোতি রহিম".split(),
}
_FAMILY = {
    "en": "Devi Lal Kumari Das Bai Roy Khatun Munda Oraon Sheikh Mondal Yadav Ram Sah Paswan Singh Mahto Soren".split(),
    "hi": "देवी लाल कुमारी दास बाई रॉय खातून मुंडा उरांव शेख मंडल यादव राम साह पासवान सिंह महतो सोरेन".split(),
    "bn": "দেবী লাল কুমারী দাস বাই রায় খাতুন মুন্ডা ওরাঁও শেখ মণ্ডল যাদব রাম সাহা পাসোয়ান সিং মাহাতো সরেন".split(),
}
# Names that people have and that are words of a register too.
ABSURD = {
    "en": ["Ananya Seal", "Sunil Date", "Rahul Male", "Hajira Khatun", "Sunday Munda", "Present Lyngdoh",
           "A. P. Singh", "P. A. Sangma", "April Toppo", "Seal", "Holi Devi", "Roll Kumari", "May Soren",
           "Total Ram", "Mina Day", "Augustine Class"],
    "hi": ["हाजिरा खातून", "होली देवी", "मंगल उरांव", "बुधनी कुमारी", "रविवार मुंडा", "सोमवारी देवी", "हाजिरा", "माह लकी"],
    "bn": ["হাজিরা খাতুন", "হাজিরা", "অনন্যা শীল", "নীল দাস", "মাসুম শেখ", "দিন মোহাম্মদ", "রবিবার মুন্ডা"],
}  # fmt: skip


def names(chance: Random, language: str, count: int, *, absurd: int = 0) -> list[str]:
    """As many different names as asked for, `absurd` of them also words of a register."""
    made: list[str] = []
    pool = list(ABSURD[language])
    chance.shuffle(pool)
    made += pool[: min(absurd, count - 1)]
    while len(made) < count:
        name = f"{chance.choice(_GIVEN[language])} {chance.choice(_FAMILY[language])}"
        if name not in made:
            made.append(name)
    chance.shuffle(made)
    return made
