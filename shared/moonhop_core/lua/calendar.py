"""The Gregorian calendar, by computation: seconds since 1970 to dates and back."""

WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
FIRST_HALF = ("January", "February", "March", "April", "May", "June")
MONTHS = FIRST_HALF + ("July", "August", "September", "October", "November", "December")


class Moment:
    """A date and time of day; weekday 0 is Sunday, yearday 1 is January 1st."""

    def __init__(self, year: int, month: int, day: int, second_of_day: int, days: int):
        self.year = year
        self.month = month
        self.day = day
        self.hour = second_of_day // 3600
        self.minute = second_of_day // 60 % 60
        self.second = second_of_day % 60
        self.weekday = (days + 4) % 7
        self.yearday = days - days_before(year, 1) + 1


def days_before(year: int, month: int) -> int:
    """Count the days from 1970-01-01 to the first of a month."""
    year -= month <= 2
    month_from_march = (month + 9) % 12
    leaps = year // 4 - year // 100 + year // 400
    return year * 365 + leaps + (153 * month_from_march + 2) // 5 - 719468


def moment_at(seconds: int) -> Moment:
    """Return the date and time that many seconds after 1970."""
    days = seconds // 86400
    shifted = days + 719468  # from 0000-03-01 on
    era = shifted // 146097
    day = shifted % 146097
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    march = (5 * day + 2) // 153
    month = march + 3 if march < 10 else march - 9
    year += era * 400 + (month <= 2)
    return Moment(year, month, day - (153 * march + 2) // 5 + 1, seconds % 86400, days)


def seconds_at(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """Return the seconds from 1970 to a date; each part may be out of its range."""
    year += (month - 1) // 12
    days = days_before(year, (month - 1) % 12 + 1) + day - 1
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def iso_week(m: Moment) -> "tuple[int, int]":
    """Return year and week as ISO 8601 counts them."""
    thursday = moment_at((days_before(m.year, 1) + m.yearday + 2 - (m.weekday - 1) % 7) * 86400)
    return thursday.year, (thursday.yearday - 1) // 7 + 1
