"""Words that stand on registers, in three languages, and how numbers and dates are written."""

from datetime import date

MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "hi": "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर".split(),
    "bn": "জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর".split(),
}
# The month of the other calendar in whose middle the given month ends, as printed beside it.
OTHER_MONTHS = {
    "hi": "पौष माघ फाल्गुन चैत्र वैशाख ज्येष्ठ आषाढ़ श्रावण भाद्रपद आश्विन कार्तिक मार्गशीर्ष".split(),
    "bn": "পৌষ মাঘ ফাল্গুন চৈত্র বৈশাখ জ্যৈষ্ঠ আষাঢ় শ্রাবণ ভাদ্র আশ্বিন কার্তিক অগ্রহায়ণ".split(),
}
WEEKDAYS = {
    "en": "M T W T F S S".split(),
    "hi": "सोम मंगल बुध गुरु शुक्र शनि रवि".split(),
    "bn": "সোম মঙ্গল বুধ বৃহ শুক্র শনি রবি".split(),
}
_DIGITS = {"hi": "०१२३४५६७८९", "bn": "০১২৩৪৫৬৭৮৯"}

WORDS = {
    "en": {
        "register": "Attendance Register", "school": "School", "code": "UDISE Code", "class": "Class",
        "section": "Section", "month": "Month", "year": "Year", "session": "Session",
        "roll": "Roll No", "name": "Name of Student", "serial": "S.No.", "admission": "Adm. No",
        "father": "Father's Name", "sex": "Sex", "category": "Category", "birth": "Date of Birth",
        "present": "Total Present", "absent": "Total Absent", "percent": "%", "remarks": "Remarks",
        "date": "Date", "status": "Status", "day": "Day", "boys": "Boys present",
        "girls": "Girls present", "total": "Total", "teacher": "Class Teacher's signature",
        "head": "Signature of Head Teacher", "morning": "M", "evening": "E", "period": "Period",
        "holiday": "Holiday", "sunday": "Sunday", "timestamp": "Timestamp", "attendance": "Attendance",
        "absentees": "Absentees", "working": "Working days", "late": "Late", "leave": "Leave", "phone": "Phone", "id": "Student ID",
    },
    "hi": {
        "register": "छात्र उपस्थिति पंजी", "school": "विद्यालय", "code": "यू-डाइस कोड", "class": "कक्षा",
        "section": "वर्ग", "month": "माह", "year": "वर्ष", "session": "सत्र",
        "roll": "रोल नं.", "name": "छात्र का नाम", "serial": "क्र.सं.", "admission": "प्रवेश संख्या",
        "father": "पिता का नाम", "sex": "लिंग", "category": "श्रेणी", "birth": "जन्म तिथि",
        "present": "कुल उपस्थिति", "absent": "कुल अनुपस्थिति", "percent": "%", "remarks": "टिप्पणी",
        "date": "दिनांक", "status": "स्थिति", "day": "दिन", "boys": "उपस्थित बालक",
        "girls": "उपस्थित बालिका", "total": "कुल", "teacher": "कक्षा शिक्षक के हस्ताक्षर",
        "head": "प्रधानाध्यापक के हस्ताक्षर", "morning": "पू.", "evening": "अप.", "period": "कालांश",
        "holiday": "अवकाश", "sunday": "रविवार", "timestamp": "टाइमस्टैम्प", "attendance": "उपस्थिति",
        "absentees": "अनुपस्थित छात्र", "working": "कार्य दिवस", "late": "विलंब", "leave": "छुट्टी", "phone": "मोबाइल नं.", "id": "छात्र आईडी",
    },
    "bn": {
        "register": "ছাত্র হাজিরা খাতা", "school": "বিদ্যালয়", "code": "ইউ-ডাইস কোড", "class": "শ্রেণি",
        "section": "শাখা", "month": "মাস", "year": "বছর", "session": "শিক্ষাবর্ষ",
        "roll": "রোল নং", "name": "ছাত্রের নাম", "serial": "ক্রমিক নং", "admission": "ভর্তি নং",
        "father": "পিতার নাম", "sex": "লিঙ্গ", "category": "বর্গ", "birth": "জন্ম তারিখ",
        "present": "মোট উপস্থিতি", "absent": "মোট অনুপস্থিতি", "percent": "%", "remarks": "মন্তব্য",
        "date": "তারিখ", "status": "অবস্থা", "day": "দিন", "boys": "উপস্থিত বালক",
        "girls": "উপস্থিত বালিকা", "total": "মোট", "teacher": "শ্রেণি শিক্ষকের স্বাক্ষর",
        "head": "প্রধান শিক্ষকের স্বাক্ষর", "morning": "সকাল", "evening": "বিকাল", "period": "পিরিয়ড",
        "holiday": "ছুটি", "sunday": "রবিবার", "timestamp": "টাইমস্ট্যাম্প", "attendance": "উপস্থিতি",
        "absentees": "অনুপস্থিত ছাত্র", "working": "কর্মদিবস", "late": "দেরি", "leave": "ছুটি", "phone": "ফোন", "id": "ছাত্র আইডি",
    },
}  # fmt: skip

SCHOOLS = {
    "en": ("Kalpanapur Primary School", "Govt. U.P.S. Sonpur", "Model High School, Navgram"),
    "hi": ("राजकीय प्राथमिक विद्यालय, कल्पनापुर", "उत्क्रमित मध्य विद्यालय सोनपुर"),
    "bn": ("কল্পনাপুর প্রাথমিক বিদ্যালয়", "নবগ্রাম উচ্চ বিদ্যালয়"),
}
_ROMAN = "I II III IV V VI VII VIII IX X XI XII".split()
_GRADES = {
    "hi": "पहली दूसरी तीसरी चौथी पांचवीं छठी सातवीं आठवीं नौवीं दसवीं ग्यारहवीं बारहवीं".split(),
    "bn": "প্রথম দ্বিতীয় তৃতীয় চতুর্থ পঞ্চম ষষ্ঠ সপ্তম অষ্টম নবম দশম একাদশ দ্বাদশ".split(),
}
# Other words for a section; the first of each language stands in WORDS.
SECTION_WORDS = {
    "en": ("Section", "Sec.", "Division", "Section"),
    "hi": ("वर्ग", "सेक्शन", "अनुभाग", "खंड"),
    "bn": ("শাখা", "সেকশন", "বিভাগ", "শাখা"),
}
# As written, and what a reader may make of it.
SECTIONS = {
    "en": {"A": "A", "B": "B", "C": "C"},
    "hi": {"A": "A", "B": "B", "अ": "A", "ब": "B", "क": "A", "ख": "B"},
    "bn": {"A": "A", "B": "B", "ক": "A", "খ": "B"},
}


def digits(number: object, language: str) -> str:
    """The number in the digits of the language."""
    own = _DIGITS.get(language)
    return str(number).translate({48 + n: d for n, d in enumerate(own)}) if own else str(number)


def grade_as_written(grade: int, language: str, way: int) -> str:
    """One of four ways to write a class; each language has its own among them."""
    ways = [_ROMAN[grade - 1], str(grade)]
    if language in _GRADES:
        ways += [_GRADES[language][grade - 1], digits(grade, language)]
    else:
        ways += [f"{grade}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(grade, 'th') }", _ROMAN[grade - 1]]
    return ways[way % len(ways)]


def month_as_written(day: date, language: str, *, own_digits: bool = False) -> tuple[str, str]:
    """The month and the year as they stand in a title."""
    year = digits(day.year, language) if own_digits else str(day.year)
    return MONTHS[language][day.month - 1], year


def session_of(day: date, begins: int) -> str:
    """The school year that holds the day, for schools that begin in that month."""
    if begins == 1:
        return str(day.year)
    first = day.year if day.month >= begins else day.year - 1
    return f"{first}-{(first + 1) % 100:02}"
