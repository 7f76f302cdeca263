"""Sixteen numbers side by side, and one loop over rows of them, for code that numba compiles.

Numba has no such type; here it is a Python object that writes one machine operation for each
operator while the code is compiled. Every operation is a single IEEE float32 one, in the order
written: nothing is contracted or reassociated, so every machine gives the same bits. A machine with
narrower registers takes several steps for each.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from llvmlite import ir
from numba.core import cgutils

LANES: Final = 16
_REAL: Final = ir.VectorType(ir.FloatType(), LANES)
_WORD: Final = ir.VectorType(ir.IntType(32), LANES)
_LONG: Final = ir.VectorType(ir.IntType(64), LANES)
_MASK: Final = ir.VectorType(ir.IntType(1), LANES)
_INDEX: Final = ir.IntType(64)
_BITS: Final = ir.IntType(16)


class Lanes:
    """Sixteen float32, uint32, uint64 or truths, with the operations that the rule needs."""

    __slots__ = ("builder", "value")

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder = builder
        self.value = value

    def _with(self, real: str, word: str, other: "Lanes") -> "Lanes":
        name = real if self.value.type == _REAL else word
        return Lanes(self.builder, getattr(self.builder, name)(self.value, other.value))

    def _compare(self, sign: str, other: "Lanes") -> "Lanes":
        if self.value.type == _REAL:
            return Lanes(self.builder, self.builder.fcmp_ordered(sign, self.value, other.value))
        return Lanes(self.builder, self.builder.icmp_unsigned(sign, self.value, other.value))

    def __add__(self, other: "Lanes") -> "Lanes":
        return self._with("fadd", "add", other)

    def __sub__(self, other: "Lanes") -> "Lanes":
        return self._with("fsub", "sub", other)

    def __mul__(self, other: "Lanes") -> "Lanes":
        return self._with("fmul", "mul", other)

    def __truediv__(self, other: "Lanes") -> "Lanes":
        return Lanes(self.builder, self.builder.fdiv(self.value, other.value))

    def __and__(self, other: "Lanes") -> "Lanes":
        return Lanes(self.builder, self.builder.and_(self.value, other.value))

    def __or__(self, other: "Lanes") -> "Lanes":
        return Lanes(self.builder, self.builder.or_(self.value, other.value))

    def __invert__(self) -> "Lanes":
        return Lanes(self.builder, self.builder.not_(self.value))

    def __lshift__(self, other: "Lanes") -> "Lanes":
        return Lanes(self.builder, self.builder.shl(self.value, other.value))

    def __rshift__(self, other: "Lanes") -> "Lanes":
        return Lanes(self.builder, self.builder.lshr(self.value, other.value))

    def __lt__(self, other: "Lanes") -> "Lanes":
        return self._compare("<", other)

    def __gt__(self, other: "Lanes") -> "Lanes":
        return self._compare(">", other)

    def __ge__(self, other: "Lanes") -> "Lanes":
        return self._compare(">=", other)

    def is_(self, other: "Lanes") -> "Lanes":
        """Where both are the same number."""
        return self._compare("==", other)


class Coder:
    """Writes the code of one function; made from what an `@intrinsic` is given."""

    def __init__(self, context: Any, builder: Any, signature: Any, args: Any) -> None:
        self._context, self._builder = context, builder
        self._kinds, self._args = signature.args, args

    def array(self, which: int) -> Any:
        """Where the data of an array argument (contiguous) begins."""
        made = self._context.make_array(self._kinds[which])
        return made(self._context, self._builder, self._args[which]).data

    def whole(self, which: int) -> Any:
        """A whole-number argument."""
        return self._args[which]

    def index(self, base: Any = 0, *, row: Any = None, of: Any = 1, plus: Any = 0) -> Any:
        """Base + row × of + plus; each a whole number, Python's or the compiled code's."""
        b = self._builder
        base, of, plus = (x if hasattr(x, "type") else _INDEX(x) for x in (base, of, plus))
        at = b.add(base, plus, flags=("nsw",))
        return at if row is None else b.add(at, b.mul(row, of, flags=("nsw",)), flags=("nsw",))

    def constant(self, value: float) -> Lanes:
        """The same float32 sixteen times."""
        return Lanes(self._builder, ir.Constant(_REAL, [value] * LANES))

    def word(self, value: int) -> Lanes:
        """The same uint32 sixteen times."""
        return Lanes(self._builder, ir.Constant(_WORD, [value] * LANES))

    def long(self, value: int) -> Lanes:
        """The same uint64 sixteen times."""
        return Lanes(self._builder, ir.Constant(_LONG, [value] * LANES))

    def load_long(self, array: Any) -> Lanes:
        """The sixteen uint64 of an array."""
        value = self._builder.load(self._builder.bitcast(array, _LONG.as_pointer()))
        value.align = 8
        return Lanes(self._builder, value)

    def spread(self, array: Any, at: int) -> Lanes:
        """One float32 of an array, sixteen times."""
        one = self._builder.load(self._builder.gep(array, [_INDEX(at)]))
        return self._splat(one, _REAL)

    def spread_word(self, value: Any) -> Lanes:
        """One uint32 value, sixteen times."""
        return self._splat(value, _WORD)

    def _splat(self, one: Any, kind: Any) -> Lanes:
        b = self._builder
        first = b.insert_element(ir.Constant(kind, ir.Undefined), one, ir.IntType(32)(0))
        order = ir.Constant(_WORD, [0] * LANES)
        return Lanes(b, b.shuffle_vector(first, ir.Constant(kind, ir.Undefined), order))

    def load(self, array: Any, at: Any) -> Lanes:
        """Sixteen neighbouring float32 or uint32 from index `at`; not range-checked."""
        b = self._builder
        place = b.gep(array, [at if hasattr(at, "type") else _INDEX(at)])
        kind = _REAL if place.type.pointee == ir.FloatType() else _WORD
        value = b.load(b.bitcast(place, kind.as_pointer()))
        value.align = 4
        return Lanes(b, value)

    def store(self, array: Any, at: Any, lanes: Lanes) -> None:
        """Put sixteen numbers there likewise."""
        b = self._builder
        place = b.gep(array, [at if hasattr(at, "type") else _INDEX(at)])
        b.store(lanes.value, b.bitcast(place, lanes.value.type.as_pointer())).align = 4

    def fetch_ahead(self, array: Any, at: Any) -> None:
        """Ask the memory for sixteen numbers soon to be changed; harmless past the array's end."""
        b = self._builder
        place = b.bitcast(b.gep(array, [at]), ir.IntType(8).as_pointer())
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [place.type, flag, flag, flag])
        fetch = cgutils.get_or_insert_function(b.module, kind, "llvm.prefetch.p0")
        b.call(fetch, [place, flag(1), flag(2), flag(1)])

    def load_mask(self, array: Any, at: Any) -> Lanes:
        """Sixteen truths from one uint16, the first in the lowest bit."""
        b = self._builder
        return Lanes(b, b.bitcast(b.load(b.gep(array, [at])), _MASK))

    def store_mask(self, array: Any, at: Any, lanes: Lanes) -> None:
        b = self._builder
        b.store(b.bitcast(lanes.value, _BITS), b.gep(array, [at]))

    def mask_of(self, bits: Any) -> Lanes:
        """Sixteen truths from the low bits of a whole number."""
        b = self._builder
        return Lanes(b, b.bitcast(b.trunc(bits, _BITS), _MASK))

    def pick(self, where: Lanes, this: Lanes, that: Lanes) -> Lanes:
        """`this` where the truth holds, else `that`; both are computed."""
        return Lanes(self._builder, self._builder.select(where.value, this.value, that.value))

    def least(self, a: Lanes, b: Lanes) -> Lanes:
        return self.pick(a < b, a, b)

    def most(self, a: Lanes, b: Lanes) -> Lanes:
        return self.pick(a > b, a, b)

    def fma(self, a: Lanes, b: Lanes, c: Lanes) -> Lanes:
        """A × b + c, rounded once."""
        return self._call("llvm.fma.v16f32", _REAL, a, b, c)

    def times_256(self, reals: Lanes) -> Lanes:
        """Exactly 256 times a positive float32 that stays finite, at the price of an addition."""
        return self.as_real(self.as_word(reals) + self.word(8 << 23))

    def whole_of(self, reals: Lanes) -> Lanes:
        """Reals, not negative, as uint32; what is behind the point is dropped."""
        return Lanes(self._builder, self._builder.fptoui(reals.value, _WORD))

    def real_of(self, words: Lanes) -> Lanes:
        """Whole numbers as float32."""
        return Lanes(self._builder, self._builder.uitofp(words.value, _REAL))

    def as_word(self, reals: Lanes) -> Lanes:
        """The bits of float32 as uint32."""
        return Lanes(self._builder, self._builder.bitcast(reals.value, _WORD))

    def as_real(self, words: Lanes) -> Lanes:
        """The float32 whose bits these are."""
        return Lanes(self._builder, self._builder.bitcast(words.value, _REAL))

    def _call(self, name: str, result: Any, *given: Lanes) -> Lanes:
        kind = ir.FunctionType(result, [g.value.type for g in given])
        function = cgutils.get_or_insert_function(self._builder.module, kind, name)
        return Lanes(self._builder, self._builder.call(function, [g.value for g in given]))

    @contextmanager
    def rows(self, count: Any) -> Iterator[Any]:
        """The body runs for each row, 0 to count - 1."""
        with cgutils.for_range(self._builder, count, intp=_INDEX) as loop:
            yield loop.index

    def running(self, first: Lanes) -> "Running":
        """A value carried from row to row."""
        return Running(self._builder, first)

    def any_of(self, mask: Lanes) -> Any:
        """A whole number, not 0 where any of a mask's truths holds."""
        b = self._builder
        return b.zext(b.bitcast(mask.value, _BITS), _INDEX)

    def noting(self) -> "Noting":
        """Truths put down row by row, while it is noted whether any holds."""
        return Noting(self._builder)

    def nothing(self) -> Any:
        return self._context.get_dummy_value()


class Running:
    """A value of sixteen numbers that a loop over rows carries along."""

    def __init__(self, builder: Any, first: Lanes) -> None:
        self._builder = builder
        self._place = cgutils.alloca_once(builder, first.value.type)
        self.set(first)

    def get(self) -> Lanes:
        return Lanes(self._builder, self._builder.load(self._place))

    def set(self, lanes: Lanes) -> None:
        self._builder.store(lanes.value, self._place)


class Noting:
    """Truths put down row by row, and whether any of them held."""

    def __init__(self, builder: Any) -> None:
        self._builder = builder
        self._place = cgutils.alloca_once(builder, _BITS)
        builder.store(_BITS(0), self._place)

    def add(self, mask: Lanes, array: Any, at: Any) -> None:
        b = self._builder
        bits = b.bitcast(mask.value, _BITS)
        b.store(bits, b.gep(array, [at]))
        b.store(b.or_(b.load(self._place), bits), self._place)

    def any(self) -> Any:
        """A whole number, not 0 where any held."""
        return self._builder.zext(self._builder.load(self._place), _INDEX)
