"""The plain words that lie beside the made-up files."""

README = """\
What lies here
==============

These are the files of a district that does not exist. Every name of a person was joined at
random, every place was invented, the codes belong to nothing, and the positions lie out at sea.
They were made by `aanchal demo` so that you can see how Aanchal takes in what schools really
send, and try it yourself without touching a real child's record.

  areas/            the places, laid out as the Local Government Directory publishes them
  schools.csv       the 24 schools, laid out as UDISE publishes them; the last column, which UDISE
                    does not have, is the name as the village writes it
  calendar.csv      holidays and vacations of each block; schools closed on Friday
  pupils/           one pupil list a school
  99....../         one folder a school: its attendance registers
  state-export-...  three schools keep no file of their own; their marks come out of the state's
                    system, one line a pupil a day

No two schools keep their register alike. Some send a file for each class, some a workbook for
each month with a sheet for each class. Headings are English, Hindi or Bengali; days are numbers
in three kinds of digits, or dates; marks are P and A, 1 and 0, ticks and crosses, Hindi or Bengali
letters. There are titles above, sums at the side and below, and lines for signatures. A day
without marks is a day on which the register was not taken.

Try it
------

  aanchal import registers FILE --dry-run      shows what would be understood, changes nothing
  aanchal import registers FILE                takes the file in

Whoever must act is told: the window in which the demonstration runs shows each message that would
leave, "a notice by text: 3 things wait for you". Nothing leaves this computer.

Files with mistakes to practise on are in the folder `registers-with-mistakes` beside this one;
its own README says what is wrong with each.
"""

MISTAKES_README = """\
Files with mistakes
===================

Made-up registers, each wrong in one way that really happens. Send them in and see what Aanchal
says. Nothing here can do harm: what is doubtful waits for you and is not counted.

{lines}
"""
