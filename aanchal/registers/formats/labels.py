"""The words at the heads of columns, in English, Hindi and Bengali, and what each column holds."""

import re
from enum import Enum
from functools import lru_cache

from aanchal.lib.indic.folding import fold
from aanchal.lib.tabular.legacy import unicode_label
from aanchal.lib.tabular.texts import Cell, shown


class Field(Enum):
    """What a column holds."""

    SERIAL = "serial"
    ROLL = "roll"
    ADMISSION = "admission"
    STATE_ID = "state identifier"
    NAME = "name"
    FAMILY_NAME = "family name"
    MIDDLE_NAME = "middle name"
    OWN_NAME = "name in its own script"
    FATHER = "father"
    MOTHER = "mother"
    GUARDIAN = "guardian"
    PHONE = "phone"
    SEX = "sex"
    BIRTH = "date of birth"
    AGE = "age"
    AGE_ON = "day of the age"
    RELATION = "relation of the guardian"
    DISABILITY = "disability"
    VILLAGE = "village"
    ADDRESS = "address"
    LANDMARK = "landmark"
    CLASS = "class"
    SECTION = "section"
    SCHOOL = "school code"
    SCHOOL_NAME = "school name"
    DATE = "date"
    STATUS = "status"
    STAMP = "time of writing"
    MONTH = "month"
    YEAR = "year"
    PERIOD = "part of the day"
    SUM = "sum"
    OTHER = "other"


# A column is known by its words with spaces and points taken out: "Roll  No." is "rollno".
_WORDS: dict[Field, str] = {
    Field.SERIAL: "s no|sl no|sr no|s n|sn|sl|sr|serial|serial no|serial number|slno|si no|no|sno|#|"
    "क्र|क्र सं|क्र सं ख्या|क्रम|क्रमांक|क्रम संख्या|क्रम सं|सं|क्रसं|क्र०|क्र० सं०|क्रम०|क्र न|क्र नं|"
    "ক্রমিক|ক্রমিক নং|ক্রমিক নম্বর|ক্রমিক সংখ্যা|ক্র নং|ক্রম|ক্রম নং|নং|সংখ্যা",
    Field.ROLL: "roll|roll no|roll number|rollno|rno|r no|roll nos|class roll|class roll no|roll num|"
    "attendance no|student roll no|student roll|pupil roll no|"
    "रोल|रोल नं|रोल नम्बर|रोल नंबर|रोल न|रोल संख्या|रोल क्रमांक|अनुक्रमांक|अनु क्रमांक|नामांक|कक्षा क्रमांक|रोल नं०|"
    "রোল|রোল নং|রোল নম্বর|রোল নাম্বার|রোল নম্বার|শ্রেণি রোল|অনুক্রমাঙ্ক",
    Field.ADMISSION: "adm no|admission no|admission number|adm|admission|admn no|adm number|sr register no|"
    "scholar no|scholar number|scholar register no|gr no|gr number|g r no|general register no|enrolment no|"
    "enrollment no|enrollment number|enrolment number|registration no|reg no|regn no|"
    "प्रवेश क्रमांक|प्रवेश संख्या|प्रवेश सं|प्रवेश नं|नामांकन संख्या|नामांकन सं|नामांकन क्रमांक|नामांकन|पंजी संख्या|"
    "पंजीयन क्रमांक|स्कॉलर नं|दाखिला संख्या|दाखिल खारिज संख्या|दाखिला नं|"
    "ভর্তি নং|ভর্তি নম্বর|ভর্তির নম্বর|দাখিল নং|নিবন্ধন নং|রেজিস্ট্রেশন নং",
    Field.STATE_ID: "pen|pen no|pen number|permanent education number|apaar|apaar id|student id|studentid|"
    "student code|unique id|child id|pupil id|child code|sats id|sats no|samagra id|banglar shiksha id|"
    "bangla shiksha id|e shikshakosh id|eshikshakosh id|state id|state student id|student pen|udise student id|"
    "छात्र आईडी|विद्यार्थी आईडी|पेन|पेन नंबर|समग्र आईडी|अपार आईडी|विद्यार्थी कोड|"
    "শিক্ষার্থী আইডি|ছাত্র আইডি|বাংলার শিক্ষা আইডি|পেন নম্বর",
    Field.NAME: "name|names|student|students|pupil|pupils|child|student name|students name|name of student|"
    "name of students|name of the student|name of the students|name of pupil|name of the pupil|"
    "name of pupils|name of the pupils|pupil name|pupils name|name of child|name of the child|child name|"
    "childs name|name of children|name in full|full name|fullname|student full name|name of boys girls|"
    "name of boy girl|first name|given name|candidate name|learner|learner name|name of learner|"
    "name in english|student name in english|pupil name in english|name english|name roman|"
    "नाम|विद्यार्थी|छात्र|बच्चा|बच्चे|विद्यार्थी का नाम|विद्यार्थियों के नाम|विद्यार्थियों का नाम|छात्र का नाम|"
    "छात्रों के नाम|छात्रों का नाम|छात्र छात्रा का नाम|छात्र छात्राओं का नाम|छात्र छात्राओं के नाम|छात्रा का नाम|"
    "छात्रा छात्र का नाम|छात्राओं के नाम|बच्चे का नाम|बच्चों के नाम|बच्चों का नाम|बालक बालिका का नाम|"
    "बालक का नाम|पूरा नाम|शिक्षार्थी का नाम|बच्चा का नाम|"
    "নাম|ছাত্র|শিক্ষার্থী|ছাত্রের নাম|ছাত্র ছাত্রী|ছাত্র ছাত্রীর নাম|ছাত্র ছাত্রীদের নাম|ছাত্রছাত্রীর নাম|"
    "ছাত্রছাত্রীদের নাম|ছাত্রদের নাম|ছাত্রীর নাম|ছাত্রীদের নাম|শিক্ষার্থীর নাম|শিক্ষার্থীদের নাম|"
    "পড়ুয়ার নাম|পড়ুয়াদের নাম|শিশুর নাম|পুরো নাম|সম্পূর্ণ নাম|বিদ্যার্থীর নাম",
    Field.FAMILY_NAME: "surname|last name|family name|कुलनाम|उपनाम|পদবি|পদবী",
    Field.MIDDLE_NAME: "middle name|student middle name|second name|mname|मध्य नाम|बीच का नाम|মধ্য নাম|"
    "মাঝের নাম",
    Field.OWN_NAME: "name in hindi|name hindi|hindi name|name in bengali|bengali name|name bengali|"
    "name in bangla|name bangla|name in local language|name in own script|own script name|local name|"
    "name in mother tongue|name in regional language|student name in hindi|student name in bengali|"
    "नाम हिन्दी में|नाम हिंदी|हिंदी में नाम|हिन्दी नाम|विद्यार्थी का नाम हिंदी में|छात्र का नाम हिंदी में|"
    "নাম বাংলায়|বাংলায় নাম|বাংলা নাম|নাম বাংলা",
    Field.FATHER: "father|father name|fathers name|name of father|name of the father|"
    "father husband name|fname|s o|d o|पिता|पिता का नाम|पिता नाम|पिताजी का नाम|पिता पति का नाम|"
    "পিতা|পিতার নাম|বাবার নাম|বাবা",
    Field.MOTHER: "mother|mother name|mothers name|name of mother|name of the mother|"
    "माता|माता का नाम|माँ का नाम|মাতা|মাতার নাম|মায়ের নাম|মা",
    Field.GUARDIAN: "guardian|guardian name|guardians name|name of guardian|name of the guardian|parent|"
    "parent name|parents name|name of parent|father guardian name|fathers guardians name|"
    "father mother name|parent guardian name|father mother guardian name|care of|c o|"
    "अभिभावक|अभिभावक का नाम|संरक्षक|संरक्षक का नाम|पिता माता का नाम|माता पिता का नाम|पिता अभिभावक का नाम|"
    "অভিভাবক|অভিভাবকের নাম|পিতা মাতার নাম|পিতামাতার নাম|পিতা অভিভাবকের নাম",
    Field.PHONE: "phone|phone no|phone number|mobile|mobile no|mobile number|mob|mob no|contact|contact no|"
    "contact number|guardian phone|guardian mobile|guardian phone no|guardian mobile no|guardians phone|"
    "guardians mobile no|parent mobile|parent mobile no|parents mobile no|whatsapp|whatsapp no|father mobile no|"
    "guardian contact|guardian contact no|guardian mobile number|guardian phone number|"
    "मोबाइल|मोबाइल नं|मोबाइल नंबर|मोबाईल|मोबाईल नं|मोबाईल नंबर|फोन|फोन नं|फोन नंबर|दूरभाष|संपर्क|संपर्क नंबर|"
    "अभिभावक का मोबाइल|अभिभावक का मोबाइल नंबर|"
    "মোবাইল|মোবাইল নং|মোবাইল নম্বর|ফোন|ফোন নং|ফোন নম্বর|যোগাযোগ|অভিভাবকের মোবাইল|অভিভাবকের ফোন নম্বর|"
    "অভিভাবকের মোবাইল নম্বর|অভিভাবকের ফোন",
    Field.SEX: "sex|gender|m f|b g|boy girl|boys girls|girl boy|sex m f|gender m f|male female|"
    "लिंग|जेंडर|बालक बालिका|लड़का लड़की|"
    "লিঙ্গ|জেন্ডার|ছেলে মেয়ে|বালক বালিকা",
    Field.BIRTH: "dob|d o b|date of birth|birth date|birthdate|born on|birth|"
    "जन्म तिथि|जन्मतिथि|जन्म दिनांक|जन्म तारीख|ज ति|"
    "জন্ম তারিখ|জন্মতারিখ|জন্মের তারিখ|জন্ম দিন",
    Field.AGE: "age|age years|age in years|age yrs|age year|age completed years|आयु|उम्र|आयु वर्ष|आयु वर्ष में|"
    "उम्र वर्ष|বয়স|বয়স বছর|বয়স বছরে",
    Field.AGE_ON: "age estimated on|age as on|age on|age date|date of age|age recorded on|"
    "आयु का दिनांक|आयु की तिथि|आयु तिथि|उम्र की तिथि|বয়সের তারিখ|বয়স নির্ধারণের তারিখ",
    Field.RELATION: "relation|relationship|guardian relation|guardian relationship|relation with guardian|"
    "relation of guardian|relation to child|अभिभावक से संबंध|संबंध|सम्बन्ध|रिश्ता|সম্পর্ক|অভিভাবকের সঙ্গে সম্পর্ক",
    Field.DISABILITY: "disability|disabled|cwsn|cwsn type|type of disability|disability type|divyang|pwd|"
    "special needs|whether cwsn|impairment|impairment type|दिव्यांग|दिव्यांगता|विकलांगता|विकलांग|दिव्यांगता का प्रकार|"
    "প্রতিবন্ধকতা|প্রতিবন্ধী|বিশেষ চাহিদা|প্রতিবন্ধকতার ধরন|বিশেষ চাহিদাসম্পন্ন",
    Field.VILLAGE: "village|village name|name of village|vill|habitation|tola|para|village ward|"
    "गाँव|गांव|गाँव का नाम|ग्राम|ग्राम का नाम|टोला|मोहल्ला|बसावट|"
    "গ্রাম|গ্রামের নাম|পাড়া|গাঁ",
    Field.ADDRESS: "address|home address|house address|residential address|present address|full address|"
    "पता|घर का पता|पूरा पता|ठिकाना|ঠিকানা|বাড়ির ঠিকানা|পুরো ঠিকানা",
    Field.LANDMARK: "landmark|nearest landmark|near|पहचान चिह्न|घर के पास|কাছের চিহ্ন|বাড়ির কাছে",
    Field.CLASS: "class|std|standard|grade|class name|current class|present class|class studying|class std|"
    "class grade|studying in class|कक्षा|श्रेणी|वर्ग|कक्षा का नाम|वर्तमान कक्षा|শ্রেণি|ক্লাস|শ্রেণির নাম|বর্তমান শ্রেণি",
    Field.SECTION: "section|sec|div|division|section name|class section|"
    "सेक्शन|खंड|अनुभाग|उपवर्ग|विभाग|বিভাগ|শাখা|সেকশন",
    Field.SCHOOL: "udise|udise code|u dise|u dise code|udise no|udise+ code|udise plus code|school code|dise code|"
    "school udise|school udise code|schcd|sch code|school id|udisecode|udise school code|udise id|"
    "यू डाइस|यू डाइस कोड|यूडाइस|यूडायस|यूडाइस कोड|यूडायस कोड|विद्यालय कोड|स्कूल कोड|यु डायस कोड|विद्यालय का कोड|"
    "ইউডাইস|ইউডাইস কোড|ইউ ডাইস|ইউ ডাইস কোড|বিদ্যালয় কোড|স্কুল কোড|বিদ্যালয়ের কোড|স্কুলের কোড",
    Field.SCHOOL_NAME: "school|school name|name of school|name of the school|schname|vidyalaya|"
    "विद्यालय|विद्यालय का नाम|स्कूल|स्कूल का नाम|"
    "বিদ্যালয়|বিদ্যালয়ের নাম|স্কুল|স্কুলের নাম",
    Field.DATE: "date|attendance date|date of attendance|att date|attdate|day date|on date|marked on|"
    "attendance on|attendance day|today|for which day|for which date|which day|which date|day of attendance|"
    "दिनांक|तारीख|तिथि|उपस्थिति दिनांक|उपस्थिति तिथि|दि|उपस्थिति की तिथि|हाजिरी दिनांक|"
    "তারিখ|দিনাঙ্ক|উপস্থিতির তারিখ|হাজিরার তারিখ|দিন",
    Field.STATUS: "status|attendance|attendance status|mark|marks|attendance mark|p a|present absent|"
    "attendance value|is present|ispresent|att status|att|attendance type|attendance code|"
    "present or absent|attendance p a|presence|present status|daily status|"
    "स्थिति|उपस्थिति|हाजिरी|हाज़िरी|उपस्थिति स्थिति|उपस्थित अनुपस्थित|उपस्थिति की स्थिति|चिन्ह|"
    "স্থিতি|উপস্থিতি|হাজিরা|উপস্থিতির অবস্থা|অবস্থা|উপস্থিত অনুপস্থিত|হাজিরার অবস্থা",
    Field.STAMP: "timestamp|time stamp|submitted at|submission time|submitted on|submission date|completion time|"
    "start|start time|recorded at|recorded on|created at|created on|marked at|logged at|टाइमस्टैम्प|টাইমস্ট্যাম্প",
    Field.MONTH: "month|attendance month|माह|महीना|मास|মাস",
    Field.YEAR: "year|academic year|session|वर्ष|सत्र|साल|বছর|বর্ষ|শিক্ষাবর্ষ|সাল",
    Field.PERIOD: "period|shift|session name|half|fn an|am pm|time|slot|lecture|sitting|attendance time|"
    "attendance session|पाली|सत्र पाली|समय|पूर्वाह्न अपराह्न|সময়|পর্ব|শিফট|বেলা",
    Field.SUM: "total|totals|grand total|total present|total absent|total days|present days|absent days|"
    "present|absent|leave|holiday|p|a|l|h|tp|ta|t|percent|percentage|attendance percentage|%|% age|pct|"
    "days present|days absent|no of days present|total attendance|working days|total working days|"
    "previous month|this month|last month|brought forward|carried forward|up to last month|average|"
    "signature|sign|remarks|remark|grade total|"
    "कुल|योग|कुल उपस्थिति|कुल उपस्थित|कुल अनुपस्थित|कुल अनुपस्थिति|उपस्थित|अनुपस्थित|अवकाश|प्रतिशत|महायोग|कुल योग|"
    "कुल दिन|कार्य दिवस|कुल कार्य दिवस|गत माह|इस माह|अभ्युक्ति|टिप्पणी|हस्ताक्षर|कुल दिवस|माह का योग|"
    "মোট|মোট উপস্থিতি|মোট উপস্থিত|মোট অনুপস্থিত|মোট অনুপস্থিতি|উপস্থিত|অনুপস্থিত|শতাংশ|শতকরা|সর্বমোট|"
    "মন্তব্য|কার্যদিবস|মোট দিন|মোট কার্যদিবস|স্বাক্ষর|গত মাস|এই মাস|যোগফল",
    Field.OTHER: "category|caste|social category|religion|hamlet|block|district|state|cluster|crc|panchayat|"
    "bank|account no|ifsc|aadhaar|aadhar|aadhaar no|aadhar no|aadhaar number|aadhar number|uid|uid no|uidai|adhar no|adhaar no|blood group|height|weight|minority|bpl|"
    "medium|stream|house|date of admission|admission date|photo|email|pin|pincode|teacher|marked by|"
    "updated by|updated on|entry by|entry date|remarks if any|reason|day|weekday|"
    "जाति|कोटि|धर्म|प्रखंड|जिला|राज्य|पंचायत|आधार|आधार नं|आधार संख्या|बैंक खाता|वार|दिन|प्रवेश तिथि|"
    "नामांकन तिथि|संकुल|कारण|"
    "জাতি|ধর্ম|ব্লক|জেলা|রাজ্য|পঞ্চায়েত|আধার|আধার নং|ব্যাংক|বার|ভর্তির তারিখ|কারণ|চক্র",
}
_NOT_LETTERS = re.compile(r"[\s._\-–—:;/\\()\[\]'’`\"*|,&।०]+|(?<=[\u0900-\u09ff])0")


def _key(text: str) -> str:
    return _NOT_LETTERS.sub("", fold(text))


FIELDS: dict[str, Field] = {}
for _field, _words in _WORDS.items():
    for _word in _words.split("|"):
        FIELDS.setdefault(_key(_word), _field)

_LONGER = (  # for heads that say more than one word: "Name of the student (in capital letters)"
    (Field.OWN_NAME, r"name.*(?:hindi|bengali|bangla)|नाम.*हिंदि|নাম.*বাংলা"),
    (Field.PHONE, r"mobile|phone|contactn|मोबाइल|मोबाईल|फोन|মোবাইল|ফোন"),
    (Field.FATHER, r"^father|पिताकानाम|পিতারনাম"),
    (Field.MOTHER, r"^mother|माताकानाम|মাতারনাম|মায়েরনাম"),
    (Field.GUARDIAN, r"guardian|अभिभावक|অভিভাবক"),
    (Field.BIRTH, r"dateofbirth|^dob|जन्मतिथि|জন্মতারিখ"),
    (Field.SCHOOL, r"udise|यु?डाइस|ইউডাইস"),
    (Field.SCHOOL_NAME, r"nameof(?:the)?school|schoolname|विद्यालयकानाम|বিদ্যালয়েরনাম"),
    (Field.DISABILITY, r"disabilit|cwsn|दिव्यांग|প্রতিবন্ধ"),
    (Field.NAME, r"^(?:name|fullname)of(?:the)?(?:student|pupil|child|learner|boys|girls)"
                 r"|^(?:student|pupil|child)s?name|^(?:छात्र|विद्यार्थि|बच्चे|बच्चों).*नाम"
                 r"|^(?:ছাত্র|শিক্ষার্থি|পড়ুয়া).*নাম"),
    (Field.ROLL, r"^rollno|^रोलनं|^রোলনং"),
    (Field.STATE_ID, r"^studentpen|^permanenteducation|^apaar"),
    (Field.SUM, r"^total|^कुल|^মোট|^noofdays|^percent"),
)  # fmt: skip
_LONGER_FOLDED = tuple((field, re.compile(fold(pattern))) for field, pattern in _LONGER)


def field_of(cell: Cell) -> Field | None:
    """What a column headed by this cell holds; None when the words are not known."""
    if not isinstance(cell, str) or not cell or len(cell) > 60:
        return None
    return _field_of(cell)


@lru_cache(maxsize=4_096)
def _field_of(text: str) -> Field | None:
    key = _key(text) or fold(text)
    if key in FIELDS:
        return FIELDS[key]
    legacy = unicode_label(text)
    if legacy and (found := FIELDS.get(_key(legacy))):
        return found
    if len(key) > 4 and not re.search(r"\d{3}", key):
        for field, pattern in _LONGER_FOLDED:
            if pattern.search(key):
                return field
    return _of_two_languages(text)


def _of_two_languages(text: str) -> Field | None:
    """The field of a word and its translation beside it: তারিখ / Date. Two of one script are two words."""
    one, slash, other = shown(text).partition("/")
    if not slash or one.isascii() == other.isascii() or "/" in other:
        return None
    fields = {FIELDS.get(_key(one)), FIELDS.get(_key(other))} - {None}
    if fields == {Field.CLASS, Field.SECTION}:
        return Field.SECTION  # वर्ग is the class where it stands alone, the section beside "Section"
    return fields.pop() if len(fields) == 1 else None
