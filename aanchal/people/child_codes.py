"""The series from which a district's children get their codes; all who enrol there lock its row."""

from .models import ChildCodeSeries


def hold_series(district: str) -> ChildCodeSeries:
    """The district's series, held until the transaction ends: whoever enrols there waits for the other.

    It is taken before a class-section is held. Who holds a class and then waits for the series would wait
    for one who has the series and needs the class.
    """
    series, _made = ChildCodeSeries.objects.get_or_create(district=district)
    return ChildCodeSeries.objects.select_for_update().get(pk=series.pk)
