"""Machine operations on whole words, spelled so that the compiler moves many at once.

Numba widens small integers to 64 bits, which halves how many fit side by side; these keep their
width.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def _binary(name: str) -> Any:
    @intrinsic
    def operation(context: Any, x: Any, y: Any) -> tuple[Any, Callable[..., Any]]:
        def code(ctx: Any, builder: Any, signature: Any, args: Any) -> Any:
            return getattr(builder, name)(*args)

        return x(x, x), code

    return operation


def _compare(sign: str) -> Any:
    @intrinsic
    def operation(context: Any, x: Any, y: Any) -> tuple[Any, Callable[..., Any]]:
        def code(ctx: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.icmp_unsigned(sign, *args)

        return types.boolean(x, x), code

    return operation


add = _binary("add")
sub = _binary("sub")
bits_and = _binary("and_")
bits_or = _binary("or_")
left = _binary("shl")
right = _binary("lshr")
equal = _compare("==")
differ = _compare("!=")


@intrinsic
def pick(context: Any, condition: Any, x: Any, y: Any) -> tuple[Any, Callable[..., Any]]:
    """`x` where the condition holds, else `y`; both are computed."""

    def code(ctx: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(*args)

    return x(types.boolean, x, x), code


@intrinsic
def ones(context: Any, x: Any) -> tuple[Any, Callable[..., Any]]:
    """How many bits are set."""

    def code(ctx: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return x(x), code


@intrinsic
def leading_zeros(context: Any, x: Any) -> tuple[Any, Callable[..., Any]]:
    """Clear bits above the highest set bit; the width where none is set."""

    def code(ctx: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ctlz(args[0], ir.Constant(ir.IntType(1), 0))

    return x(x), code


@intrinsic
def eight_bytes(context: Any, data: Any, at: Any) -> tuple[Any, Callable[..., Any]]:
    """Bytes at..at+7 of a contiguous uint8 array as one little-endian word; not range-checked."""

    def code(ctx: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = ctx.make_array(signature.args[0])(ctx, builder, args[0])
        place = builder.gep(array.data, [args[1]])
        word = builder.load(builder.bitcast(place, ir.IntType(64).as_pointer()))
        word.align = 1
        return word

    return types.uint64(data, at), code


@intrinsic
def trailing_zeros(context: Any, x: Any) -> tuple[Any, Callable[..., Any]]:
    """Clear bits below the lowest set bit; the width where none is set."""

    def code(ctx: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return x(x), code


@intrinsic
def load(context: Any, words: Any, at: Any) -> tuple[Any, Callable[..., Any]]:
    """`words[at]` of a contiguous array, without a range check or a count of references."""

    def code(ctx: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = ctx.make_array(signature.args[0])(ctx, builder, args[0])
        return builder.load(builder.gep(array.data, [args[1]]))

    return words.dtype(words, at), code


@intrinsic
def store(context: Any, words: Any, at: Any, value: Any) -> tuple[Any, Callable[..., Any]]:
    """`words[at] = value` likewise."""

    def code(ctx: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = ctx.make_array(signature.args[0])(ctx, builder, args[0])
        builder.store(args[2], builder.gep(array.data, [args[1]]))
        return ctx.get_dummy_value()

    return types.void(words, at, words.dtype), code


def _four(ctx: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """Four neighbouring 64-bit words of an array, from index `at`; not range-checked."""
    place = builder.gep(ctx.make_array(kind)(ctx, builder, array).data, [at])
    words = builder.load(builder.bitcast(place, ir.VectorType(ir.IntType(64), 4).as_pointer()))
    words.align = 8
    return words


@intrinsic
def count_four(
    context: Any, absent: Any, marked: Any, at: Any, year: Any, recent: Any
) -> tuple[Any, Callable[..., Any]]:
    """Bits set in the four words from `at`: four counts side by side, 16 bits each.

    From the lowest: absent and marked of the year, absent and marked of the recent days.
    """

    def code(ctx: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = signature.args
        zero = ir.Constant(ir.IntType(64), 0)
        in_year = _four(ctx, builder, kinds[3], args[3], zero)
        in_recent = _four(ctx, builder, kinds[4], args[4], zero)
        m = builder.and_(_four(ctx, builder, kinds[1], args[1], args[2]), in_year)
        a = builder.and_(_four(ctx, builder, kinds[0], args[0], args[2]), m)
        counter = ir.FunctionType(m.type, [m.type])
        count = cgutils.get_or_insert_function(builder.module, counter, "llvm.ctpop.v4i64")
        total = builder.call(count, [a])
        for words, by in (
            (m, 16),
            (builder.and_(a, in_recent), 32),
            (builder.and_(m, in_recent), 48),
        ):
            shift = ir.Constant(words.type, [by] * 4)
            total = builder.add(total, builder.shl(builder.call(count, [words]), shift))
        name = "llvm.vector.reduce.add.v4i64"
        kind = ir.FunctionType(ir.IntType(64), [total.type])
        reduce = cgutils.get_or_insert_function(builder.module, kind, name)
        return builder.call(reduce, [total])

    return types.uint64(absent, marked, at, year, recent), code
