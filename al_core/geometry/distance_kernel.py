"""The one definition of a distance, compiled; `space.squared_distances` is its numpy reference."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from al_core.geometry.space import LANES

_LANES_TYPE = ir.VectorType(ir.FloatType(), LANES)
_ZEROS = ir.Constant(_LANES_TYPE, [0.0] * LANES)
_COUNT_TYPE, _MASK_TYPE = ir.VectorType(ir.IntType(64), LANES), ir.VectorType(ir.IntType(1), LANES)


def _squared_distance(typing_context: Any, a: Any, i: Any, factor: Any, b: Any, j: Any) -> Any:
    """Return |factor * a[i] - b[j]|² in the order of additions of `space.squared_distances`.

    Rows of `a` may have any length, those of `b` are zero-padded to the next multiple of `LANES`. Written as vector
    instructions because the compiler may not reorder a float sum on its own, and the order that it would choose
    differs between processors.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _distances(context, builder, signature.args, arguments)[0]

    return types.float32(a, types.intp, types.float32, b, types.intp), generate


def _least_of_four(typing_context: Any, a: Any, i: Any, factor: Any, b: Any, near: Any) -> Any:
    """Return the least squared distance to four rows of b: four sums side by side take little longer than one."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        *row, near = arguments
        others = context.make_array(signature.args[4])(context, builder, near).data
        four = [builder.load(builder.gep(others, [ir.Constant(ir.IntType(64), n)])) for n in range(4)]
        least, *rest = _distances(context, builder, signature.args, [*row, *four])
        for other in rest:
            least = builder.select(builder.fcmp_ordered("<", other, least), other, least)
        return least

    return types.float32(a, types.intp, types.float32, b, near), generate


squared_distance: Any = intrinsic(_squared_distance)
least_of_four: Any = intrinsic(_least_of_four)


def _distances(context: Any, builder: Any, argument_types: Any, arguments: Any) -> list[Any]:
    a, i, factor, b, *others = arguments
    row_a, width = _row(context, builder, argument_types[0], a, i)
    rows_b = [_row(context, builder, argument_types[3], b, j)[0] for j in others]
    factors = _splat(builder, factor, _LANES_TYPE)
    sums = [cgutils.alloca_once_value(builder, _ZEROS) for _ in rows_b]

    def add_squares(d: Any, part_a: Any) -> None:
        scaled = builder.fmul(part_a, factors)
        for row_b, lanes in zip(rows_b, sums, strict=True):
            difference = builder.fsub(scaled, builder.load(_pointer(builder, row_b, d), align=4))
            builder.store(builder.fadd(builder.load(lanes), builder.fmul(difference, difference)), lanes)

    start, step = ir.Constant(width.type, 0), ir.Constant(width.type, LANES)
    whole = builder.and_(width, ir.Constant(width.type, -LANES))
    with cgutils.for_range_slice(builder, start, whole, step) as (d, _):
        add_squares(d, builder.load(_pointer(builder, row_a, d), align=4))
    with builder.if_then(builder.icmp_signed("<", whole, width)):
        add_squares(whole, _load_some(builder, _pointer(builder, row_a, whole), builder.sub(width, whole)))
    return [_fold(builder, builder.load(lanes)) for lanes in sums]


def _row(context: Any, builder: Any, array_type: Any, array: Any, row: Any) -> tuple[Any, Any]:
    view = context.make_array(array_type)(context, builder, array)
    width = cgutils.unpack_tuple(builder, view.shape)[1]
    return builder.gep(view.data, [builder.mul(row, width)]), width


def _pointer(builder: Any, row: Any, d: Any) -> Any:
    return builder.bitcast(builder.gep(row, [d]), _LANES_TYPE.as_pointer())


def _splat(builder: Any, value: Any, vector_type: Any) -> Any:
    single = builder.insert_element(ir.Constant(vector_type, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    places = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(single, ir.Constant(vector_type, ir.Undefined), places)


def _load_some(builder: Any, pointer: Any, n: Any) -> Any:
    """Load the first n of `LANES` components and zeros for the others, reading nothing beyond the row."""
    counts = ir.Constant(_COUNT_TYPE, list(range(LANES)))
    mask = builder.icmp_signed("<", counts, _splat(builder, n, _COUNT_TYPE))
    signature = ir.FunctionType(_LANES_TYPE, [pointer.type, ir.IntType(32), _MASK_TYPE, _LANES_TYPE])
    load = cgutils.get_or_insert_function(builder.module, signature, f"llvm.masked.load.v{LANES}f32.p0")
    return builder.call(load, [pointer, ir.Constant(ir.IntType(32), 4), mask, _ZEROS])


def _fold(builder: Any, lanes: Any) -> Any:
    width = LANES
    while width > 1:
        width //= 2
        low, high = (
            builder.shuffle_vector(
                lanes, ir.Constant(lanes.type, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), width), part)
            )
            for part in (list(range(width)), list(range(width, 2 * width)))
        )
        lanes = builder.fadd(low, high)
    return builder.extract_element(lanes, ir.Constant(ir.IntType(32), 0))


def _prefetch(typing_context: Any, a: Any, i: Any) -> Any:
    """Begin to load a row, which is read soon, into the cache."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row, width = _row(context, builder, signature.args[0], arguments[0], arguments[1])
        int32 = ir.IntType(32)
        function = ir.FunctionType(ir.VoidType(), [row.type, int32, int32, int32])
        fetch = cgutils.get_or_insert_function(builder.module, function, "llvm.prefetch.p0")
        start, step = ir.Constant(width.type, 0), ir.Constant(width.type, LANES)
        with cgutils.for_range_slice(builder, start, width, step) as (d, _):
            builder.call(fetch, [builder.gep(row, [d]), *(ir.Constant(int32, value) for value in (0, 2, 1))])
        return context.get_dummy_value()

    return types.void(a, types.intp), generate


prefetch: Any = intrinsic(_prefetch)
