"""Permissions over children, their families and classes, and over who read of them. Pure."""

from aanchal.kernel.vocabulary import Permission, Shows


class PeoplePermission(Permission):
    """What may be done to children, their families and classes, and to readings of them."""

    READING_VIEW = "reading_view", "look over who opened what, child by child", Shows.NAMES
    READING_COUNT = "reading_count", "look over who opened how much, in numbers"
    CHILD_VIEW = "child_view", "see children and find them by name", Shows.NAMES
    CHILD_OPEN_FILE = "child_open_file", "open a child's file, and write in it", Shows.FILES
    CHILD_ENROL = "child_enrol", "take a child into a class, or a list of pupils", Shows.NAMES
    HOUSE_DESCRIBE = "house_describe", "say how a house is found"
    CHILD_MOVE = "child_move", "move a child to another class or village", Shows.NAMES
    KINSHIP_CONFIRM = "kinship_confirm", "say as a second person whether somebody is kin"
    KINSHIP_DECLARE = "kinship_declare", "say that one is kin of a child oneself"
    CLASS_VIEW = "class_view", "see the pupils of a class", Shows.NAMES
