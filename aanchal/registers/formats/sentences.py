"""Everything a reader of registers may say about a row, a cell or a page, in one place.

Each sentence says what was seen and what to do. They are kept whole, with named blanks, because they
are put into Hindi and Bengali; none is built from pieces, and none ever holds a child's name.
"""

from aanchal.lib.sentences import N_

SENTENCES: dict[str, str] = {
    # Which register it is.
    "no_month": N_(
        "No month is written in this register. Write it in the title, such as “July 2026”, or say it "
        "when you send the file."
    ),
    "no_year": N_(
        "The register names a month but no year. Write the year in the title, such as “July 2026”, or "
        "say it when you send the file."
    ),
    "year_from_weekdays": N_(
        "No year is written; the weekdays above the columns fit %(month)s, so that was taken. Check it, "
        "and write the year in the title."
    ),
    "year_from_hint": N_("No year is written in the register; %(month)s was taken, as you said."),
    "other_calendar": N_(
        "The month is one of the Bengali or Hindu year. Give the month of the common calendar, such as "
        "July 2026."
    ),
    "month_from_file_name": N_(
        "The register itself names no month; %(month)s was taken from the file's name. Check it."
    ),
    "month_from_sheet_name": N_(
        "The register itself names no month; %(month)s was taken from the sheet's name. Check it."
    ),
    "class_from_file_name": N_(
        "The register itself names no class; %(grade)s was taken from the file's name. Check it."
    ),
    "school_from_file_name": N_(
        "The register itself names no school code; %(school)s was taken from the file's name. Check it."
    ),
    "month_disagrees": N_(
        "The dates above the columns are of %(dates)s but the title says %(title)s. %(taken)s was taken, as "
        "the other cannot be or is not what you said; correct the one that is wrong."
    ),
    "no_month_fits": N_(
        "The dates above the columns are of %(dates)s and the title says %(title)s; neither fits the calendar, "
        "the weekdays or today. Correct the dates or the title and send the file again."
    ),
    "weekdays_disagree": N_(
        "The weekdays written above the columns do not fit %(month)s. Check the month in the title, or "
        "correct the weekdays."
    ),
    "school_disagrees": N_(
        "The file is the register of school %(file)s, but you said %(said)s. Check which "
        "is right."
    ),
    "class_disagrees": N_(
        "The file says class %(file)s, but you said %(said)s. The file's was taken; check which is right."
    ),
    "section_disagrees": N_(
        "The file says section %(file)s, but you said %(said)s. The file's was taken; check which is "
        "right."
    ),
    "month_disagrees_hint": N_(
        "The file says %(file)s, but you said %(said)s. The file's was taken; check which is right."
    ),
    "bad_hint_month": N_("“%(said)s” is not a month. Write it as 2026-07."),
    "bad_hint_class": N_("“%(said)s” is not a class. Write it as VI or 6."),
    "bad_hint_school": N_("“%(said)s” is not a UDISE code. It has 11 digits."),
    "bad_school": N_("“%(text)s” is not a UDISE code. It has 11 digits; correct it."),
    "bad_class": N_("“%(text)s” is not a class. Write it as VI or 6."),
    "month_long_past": N_("These marks are of %(month)s, years ago. Is that right?"),
    "month_in_future": N_("This register is for %(month)s, which has not begun. Check the month."),
    "marks_in_future": N_(
        "There are marks on %(day)s, which is still to come. Check the month and the day."
    ),
    # Columns and days.
    "no_such_day": N_(
        "There is no day %(day)d in %(month)s. Its marks were left out; remove the column or correct the "
        "month."
    ),
    "no_heading": N_(
        "Marks stand in this column, and no day above them. They were left out; write the day."
    ),
    "dates_turned": N_(
        "The dates above the columns have day and month exchanged, as a program set to American dates "
        "does. They were read as days of %(month)s; check them."
    ),
    "days_again": N_(
        "From this column on the day numbers begin anew; these columns were not read. Put each month on "
        "a sheet of its own."
    ),
    "date_cells_turned": N_(
        "The dates in this column have day and month exchanged, as a program set to American dates does. "
        "They were put right; check them."
    ),
    "bad_date": N_("“%(text)s” is not a date that can be read. Write it as 01-07-2026."),
    "impossible_date": N_("“%(text)s” is a day the calendar does not have. Correct it."),
    "uncalculated": N_(
        "This cell holds a formula that was never calculated. Open the file, save it again and send it."
    ),
    "formula_error": N_("This cell shows an error instead of a value. Write the value itself."),
    # Marks.
    "unreadable_mark": N_("“%(text)s” is not a mark. Write P, A, L or H."),
    "zero_unclear": N_(
        "0 stands beside P and A here and may mean absent or nothing. Write A for absent, or leave it "
        "empty."
    ),
    "one_unclear": N_("1 stands beside P here and may be a slip. Write P for present."),
    "mark_on_closed_day": N_(
        "This child has a mark on a day that is a holiday for the rest of the class. It was not counted; "
        "correct it, or write the marks of the others."
    ),
    "absent_on_sunday": N_(
        "Everybody is marked absent on this Sunday. It was taken as the weekly day of rest; if the school "
        "was open, say so by marking those who came."
    ),
    "crossed_out": N_(
        "Everybody has x on this day, while A is written for absent. It was taken as a day the school was "
        "closed; if it was open, write A."
    ),
    "across_days": N_("“%(text)s” is written across several days; these days have no mark."),
    "spelled": N_(
        "The letters down this column spell “%(text)s”. It was taken as a day the school was closed; if "
        "it was open, write the marks."
    ),
    "note_in_column": N_(
        "“%(text)s” stands in this column and nobody is marked. It was taken as a day the school was "
        "closed."
    ),
    "two_sessions": N_(
        "Each day has two marks for a child, as for morning and afternoon. A child present in either was "
        "counted present."
    ),
    # Rows.
    "name_missing": N_("This row has marks but no name. Write the child's name."),
    "name_alone": N_(
        "A name stands here with no mark beside it and nothing else, below the last child. It was left out; if "
        "it is a child's, write her marks or her roll number."
    ),
    "sum_or_child": N_(
        "This row is written like those of the children, under a word that is also one for a sum or for the "
        "foot of a register. It was left out; if it is a child, write her whole name or her roll number."
    ),
    "word_alone": N_(
        "A word for a sum or for the foot of a register stands alone among the children, where empty cells are "
        "marks. It was left out; if it is a child's name, write her whole name or her roll number."
    ),
    "marks_end": N_(
        "This child's marks end on %(day)s and those of the class go on. The days after it have no mark: "
        "write what became of this child, or the marks."
    ),
    "empty_days": N_(
        "On %(count)d days nothing is written for anybody, though the key gives empty cells a meaning. They "
        "were taken as days without school; if the school was open on them, write the marks."
    ),
    "marks_without_child": N_(
        "This row has marks but neither name nor roll number, so they belong to nobody and were left "
        "out. Write the name or remove the row."
    ),
    "same_roll": N_(
        "Roll number %(roll)s is also in row %(other)d, for another child. Both rows were read; correct "
        "one of the numbers."
    ),
    "same_child": N_(
        "This is the same child as in row %(other)d. The two rows were read as one."
    ),
    "same_name": N_(
        "The name in row %(other)d is the same and there is no roll number to tell them apart. Both rows "
        "were read as two children; give them roll numbers."
    ),
    "two_marks": N_(
        "This child has another mark for %(day)s in row %(other)d. The first was kept; correct the wrong "
        "one."
    ),
    "row_shifted": N_(
        "This row has %(found)d cells where the others have %(expected)d, so its marks may stand under "
        "the wrong days. They were left out; put the cells back in place."
    ),
    "second_line": N_("This line was read as the second line of the name in row %(other)d."),
    "hidden_row": N_(
        "This row is hidden in the file and was read all the same. Show it to check it, or delete it if "
        "the child has left."
    ),
    "unknown_status": N_("“%(text)s” is not a mark. Write P, A, L or H."),
    "no_day": N_(
        "This is a list of marks for one day, but no date is written. Write the date above it, such as "
        "“Date: 01-07-2026”."
    ),
    "no_child": N_("This row names no child: no name, no roll number. It was left out."),
    "no_date": N_("This row has no date. It was left out."),
    # Lists of pupils.
    "no_class": N_("This row names no class. Write it as VI or 6; the child was left out."),
    "no_school": N_(
        "This row names no school. Write the school's UDISE code, or say it with --school; the child was "
        "left out."
    ),
    "pupil_name_missing": N_("This row has no name. Write the child's name; the row was left out."),
    "pupil_name_lost": N_(
        "The letters of this name were lost when the file was saved (????). Save it as “CSV UTF-8” or .xlsx "
        "and send it again; the row was left out."
    ),
    "pupil_name_number": N_(
        "There is a number where the name should be. Write the child's name; the row was left out."
    ),
    "pupil_or_sum": N_(
        "This row has a number and a name that is also the word for a sum. It was left out; if it is a "
        "child, write her whole name."
    ),
    "pupil_standing": N_(
        "“%(about)s” is written of these children. They were not enrolled: have they left, or are they "
        "still here?"
    ),
    "pupil_twice": N_("This child is already in row %(other)d. The row was left out."),
    "bad_age": N_("“%(text)s” is not an age in years. It was left out."),
    "bad_birth": N_("“%(text)s” is not a date of birth that can be. It was left out; correct it."),
    "birth_day_or_month": N_(
        "The dates of birth can be read with the day first or the month first. The day was taken first; "
        "check them."
    ),
    "bad_phone": N_("“%(text)s” is not a telephone number of ten digits. It was left out."),
    "aadhaar": N_("This looks like an Aadhaar number, which is never kept. It was left out; remove it."),
    "unknown_sex": N_("“%(text)s” is not understood here. Write girl, boy or other."),
    # The page.
    "legacy_font": N_(
        "The names are typed in an old font (such as Kruti Dev) that other computers cannot read. The "
        "marks were read; convert the file to Unicode and send it again so that the children are known."
    ),
    "lost_letters": N_(
        "The Hindi or Bengali letters were lost when the file was saved (????). Save it as “CSV UTF-8” or "
        ".xlsx and send it again so that the children are known."
    ),
    "damaged_letters": N_(
        "Some letters in this file are damaged and are shown as “�”. Save it again as “CSV UTF-8” or .xlsx "
        "to repair them."
    ),
    "double_encoded": N_("The letters were saved in a damaged way and have been put right. Check the names."),
    "stray_quote": N_(
        "A quotation mark (\") is opened on this line and never closed. The line was read as if the mark "
        "were not there; check its cells."
    ),
    "cut_below": N_(
        "Something is written far below the table, after row %(row)d. It was left out; delete it if it is "
        "not needed."
    ),
    "no_pupils": N_("The days of a register were found here, but no child below them."),
    "no_marks": N_("No mark is written on this page."),
    "hidden_sheet": N_(
        "A hidden sheet holds a register and was not read. Show the sheet and send the file again if it "
        "counts."
    ),
    "not_understood": N_(
        "This sheet could not be understood as a register: it needs a row with the days 1, 2, 3 … and a "
        "row for each child."
    ),
    # Taken without certainty.
    "number_is_no_code": N_(
        "%(number)s stands here, and nothing calls it a school's code. It was not taken as one."
    ),
    "year_of_session": N_("Of the two years of the session %(month)s was taken: the other is still to come."),
    "cycle_taken": N_("The days run over the end of a month; %(days)s was taken."),
    "letter_as_leave": N_("“%(text)s” was read as leave: the file has no key that says otherwise."),
    "letter_as_late": N_(
        "“%(text)s” was read as late, and so present: the sums beside the marks count who came late."
    ),
    "ones_present_by_sums": N_(
        "“%(text)s” was read as present: so the sums beside the marks have it."
    ),
    "ones_absent_by_sums": N_("“%(text)s” was read as absent: so the sums beside the marks have it."),
    "ones_are_absences": N_(
        "“%(text)s” was read as absent, because the title calls this a register of absences."
    ),
    "cross_as_absent": N_("“%(text)s” was read as absent, like A."),
    "dot_as_present": N_(
        "“%(text)s” was read as present, because nothing else marks a presence."
    ),
    "dot_no_mark": N_("“%(text)s” was read as no mark, because presences are written otherwise."),
    "heading_corrected": N_("“%(text)s” stands above this column; by the columns beside it, it was read as day %(day)d."),
    "year_first": N_("The dates were read with the year first: so they are days of one month or two."),
    "day_first": N_("The date above the list was read with the day first."),
    "empty_by_key": N_("Empty cells of days on which others are marked were read as the key says."),
    "days_fall": N_("The days stand from the last to the first; they were read so."),
    "periods_joined": N_(
        "The columns are periods of one day. A child present in any of them was counted present."
    ),
    "late_evening": N_(
        "The dates stand at %(clock)s, which is midnight in India written by another program. They were read "
        "as the day after."
    ),
    "stamp_is_day": N_("The day was taken from the time at which each line was written."),
    "flags_read": N_("The marks were read from the columns %(columns)s."),
    "turned_over": N_("The pupils stand across and the days below; the table was read turned over."),
    "blocks_read": N_("Each pupil has several lines here; only the line of her status was read."),
    "line_of_foot": N_(
        "This line holds marks beside a word of the foot, such as a signature, and names no child; it was passed "
        "over."
    ),
    "line_of_sums": N_("This line holds sums and names no child; it was passed over."),
    "sheet_passed_over": N_("No register was found on this sheet; it was passed over."),
    "line_of_counts": N_("This line counts pupils and names none; it was passed over."),
    "absences_only": N_(
        "Only absences stand in this file. Nobody was taken as present for not being named."
    ),
    # Asked before anything goes in.
    "two_classes": N_(
        "The title names more than one class (%(about)s). Of which is this register? If it is of both, write "
        "the class beside each child."
    ),
    "another_matter": N_(
        "“%(about)s” stands in the title. Are the marks those of who came to school, or of something else? "
        "Nothing is taken in of a list that is of something else."
    ),
    "which_date": N_(
        "Two columns hold days that differ (%(about)s). Which of them says on which day the child was present "
        "or absent?"
    ),
    "two_schools": N_("The title names two schools (%(about)s). Of which is this register?"),
    "title_or_sheet": N_(
        "The title and the sheet's name say different things (%(about)s). Which of them is right?"
    ),
    "title_or_dates": N_(
        "The dates above the columns and the title are of different months (%(about)s, the dates first). Which "
        "month is this register of?"
    ),
    "two_months": N_(
        "The title names more than one month (%(about)s). Which month is this register of?"
    ),
    "session_year": N_(
        "This month may be at the beginning or at the end of the session (%(about)s). Which is it?"
    ),
    "cycle": N_("The days run over the end of a month (%(about)s). From which day to which day?"),
    "sums_turned": N_(
        "The sums beside the marks fit only if present and absent are exchanged (%(about)s). Which is right?"
    ),
    "sums_differ": N_(
        "The sums written in the file are not those of the marks that were read (%(about)s, the sum first). Are "
        "the marks right as they were read, or shall they be left out till the file is corrected?"
    ),
    "ones_or_noughts": N_(
        "Most pupils have 0 and few have %(about)s. Does %(about)s stand for present or for absent?"
    ),
    "sign_unclear": N_("What does “%(about)s” stand for in this register?"),
    "what_is_mark": N_("“%(about)s” is not a mark that is known. What does it stand for?"),
    "letter_late_or_leave": N_(
        "The sums count both who came late and who was on leave. What does “%(about)s” stand for?"
    ),
    "letter_unexplained": N_(
        "“%(about)s” may stand for leave or for late here, and nothing in the file says which. What does it "
        "stand for?"
    ),
    "order_of_days": N_(
        "The days stand out of their order (%(about)s). Are they as written, or are headings exchanged?"
    ),
    "class_line": N_(
        "“%(about)s” stands among the pupils, without a head below it. Of which class or month are the rows "
        "below it?"
    ),
    "which_column": N_("Day %(about)s stands above more than one column. Which of them holds it?"),
    "no_heading_calculated": N_(
        "The headings after “%(about)s” are formulas that were never calculated. Which days are they?"
    ),
    "days_of_week": N_(
        "The title is of some days of the month (%(about)s), and the columns are numbered from 1. Which days of "
        "the month are they?"
    ),
    "days_or_periods": N_(
        "Are the columns %(about)s days of a month or periods of one day?"
    ),
    "flag_left_empty": N_(
        "In the column “%(about)s” some cells are empty. What does an empty cell stand for?"
    ),
    "which_layout": N_("This sheet can be read in more than one way. Which is right?"),
    "two_sheets": N_(
        "Two parts of the file, %(about)s, are of the same class and month and differ. Which is right?"
    ),
    "order_of_dates": N_(
        "The dates can be read with the day first or the month first, as %(about)s. Which is right?"
    ),
    # Questions.
    "all_absent": N_("All %(count)d children are marked absent on %(day)s. Was the school closed?"),
    "all_leave": N_("All %(count)d children are marked on leave on %(day)s. Was the school closed?"),
    "holiday_beside_marks": N_(
        "“%(about)s” stands for some children on a day when others are marked. Is it a holiday, half a day "
        "of school, or leave?"
    ),
    "cross_beside_absent": N_("Both A and “%(about)s” are used. What does “%(about)s” stand for?"),
    "zero_alone": N_("Only “%(about)s” is used, and no 1. What does it stand for?"),
    "only_absences": N_(
        "Only absences are written here. Empty cells were not counted as present; write P for the "
        "children who came."
    ),
    "only_presences": N_(
        "Only presences are written here. Empty cells were not counted as absent; write A for the "
        "children who did not come."
    ),
}  # fmt: skip

# What is asked rather than reported: the answer may be that all is right.
QUESTIONS = frozenset(
    "all_absent all_leave only_absences only_presences month_in_future marks_in_future month_long_past".split()
)
