"""The one definition of a distance, compiled; `space.squared_distances` is its numpy reference.

Written as vector instructions (LLVM) because the compiler may not reorder a float sum on its own, and the order that it
would choose differs between processors (decision 010). An `intrinsic` is a function that compiled code calls and whose
instructions are written here: `generate` runs once at compilation, and each `builder.…` appends one instruction.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from al_core.geometry.lanes import LANES

_INT32 = ir.IntType(32)
_LANES_TYPE = ir.VectorType(ir.FloatType(), LANES)
_COUNT_TYPE = ir.VectorType(ir.IntType(64), LANES)
_MASK_TYPE = ir.VectorType(ir.IntType(1), LANES)
_ZEROS = ir.Constant(_LANES_TYPE, [0.0] * LANES)
_FLOAT_BYTES = 4


def _squared_distance(typing_context: Any, a: Any, i: Any, factor: Any, b: Any, j: Any) -> Any:
    """Return |factor * a[i] - b[j]|² in the order of additions of `space.squared_distances`.

    Rows of `a` may have any length, those of `b` are zero-padded to the next multiple of `LANES`.
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
            # A select becomes one minimum instruction, where a branch would often be mispredicted.
            least = builder.select(builder.fcmp_ordered("<", other, least), other, least)
        return least

    return types.float32(a, types.intp, types.float32, b, near), generate


def _prefetch(typing_context: Any, a: Any, i: Any) -> Any:
    """Begin to load row a[i], which is read soon, into the cache."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row, width = _row(context, builder, signature.args[0], arguments[0], arguments[1])
        function = ir.FunctionType(ir.VoidType(), [row.type, _INT32, _INT32, _INT32])
        fetch = cgutils.get_or_insert_function(builder.module, function, "llvm.prefetch.p0")
        # For reading (0), with moderate locality (2), into the data cache (1).
        hints = [ir.Constant(_INT32, value) for value in (0, 2, 1)]
        # 16 floats are one cache line.
        start = ir.Constant(width.type, 0)
        step = ir.Constant(width.type, LANES)
        with cgutils.for_range_slice(builder, start, width, step) as (d, _):
            builder.call(fetch, [builder.gep(row, [d]), *hints])
        return context.get_dummy_value()

    return types.void(a, types.intp), generate


squared_distance: Any = intrinsic(_squared_distance)
least_of_four: Any = intrinsic(_least_of_four)
prefetch: Any = intrinsic(_prefetch)


def _distances(context: Any, builder: Any, argument_types: Any, arguments: Any) -> list[Any]:
    """Append the instructions for |factor * a[i] - b[j]|² of one row i and several rows j.

    In plain words, for vectors of `LANES` floats:

        for each j:           sums[j] = (0, …, 0)
        for d in 0, 16, 32, … while 16 components are left:
            part = factor * a[i, d : d + 16]
            for each j:       sums[j] += (part - b[j, d : d + 16])²       # 16 lanes at once
        if 1 to 15 components are left:
            part = factor * (those components, then zeros)                # read under a mask, never past the row
            for each j:       sums[j] += (part - b[j, d : d + 16])²       # b is padded with zeros: they add 0
        for each j:
            fold sums[j]: lanes 0-7 += lanes 8-15, 0-3 += 4-7, 0-1 += 2-3, 0 += 1
            return lane 0
    """
    a, i, factor, b, *others = arguments
    row_a, width = _row(context, builder, argument_types[0], a, i)
    rows_b = [_row(context, builder, argument_types[3], b, j)[0] for j in others]
    factors = _splat(builder, factor, _LANES_TYPE)
    # Stack slots, which LLVM promotes to registers: so the loop needs no phi nodes.
    sums = [cgutils.alloca_once_value(builder, _ZEROS) for _ in rows_b]

    def add_squares(d: Any, part_a: Any) -> None:
        scaled = builder.fmul(part_a, factors)
        for row_b, lanes in zip(rows_b, sums, strict=True):
            # Rows start at any float: a larger alignment would let the compiler use loads that fault.
            part_b = builder.load(_lanes_at(builder, row_b, d), align=_FLOAT_BYTES)
            difference = builder.fsub(scaled, part_b)
            # No fused multiply-add: it rounds once where numpy rounds twice.
            square = builder.fmul(difference, difference)
            builder.store(builder.fadd(builder.load(lanes), square), lanes)

    start = ir.Constant(width.type, 0)
    step = ir.Constant(width.type, LANES)
    # The largest multiple of LANES, a power of two, up to the width.
    whole = builder.and_(width, ir.Constant(width.type, -LANES))
    with cgutils.for_range_slice(builder, start, whole, step) as (d, _):
        add_squares(d, builder.load(_lanes_at(builder, row_a, d), align=_FLOAT_BYTES))
    with builder.if_then(builder.icmp_signed("<", whole, width)):
        n_left = builder.sub(width, whole)
        add_squares(whole, _load_some(builder, _lanes_at(builder, row_a, whole), n_left))
    return [_fold(builder, builder.load(lanes)) for lanes in sums]


def _row(context: Any, builder: Any, array_type: Any, array: Any, row: Any) -> tuple[Any, Any]:
    """Return the address of a row of a contiguous matrix, and how many components it has."""
    view = context.make_array(array_type)(context, builder, array)
    width = cgutils.unpack_tuple(builder, view.shape)[1]
    return builder.gep(view.data, [builder.mul(row, width)]), width


def _lanes_at(builder: Any, row: Any, d: Any) -> Any:
    """Return the address of components d to d + 15 of a row as that of one vector."""
    return builder.bitcast(builder.gep(row, [d]), _LANES_TYPE.as_pointer())


def _splat(builder: Any, value: Any, vector_type: Any) -> Any:
    """Return a vector of one value in all lanes."""
    undefined = ir.Constant(vector_type, ir.Undefined)
    single = builder.insert_element(undefined, value, ir.Constant(_INT32, 0))
    # A shuffle by zeros: lane 0 of the first vector in every lane of the result.
    places = ir.Constant(ir.VectorType(_INT32, LANES), [0] * LANES)
    return builder.shuffle_vector(single, undefined, places)


def _load_some(builder: Any, pointer: Any, n: Any) -> Any:
    """Load the first n of `LANES` components and zeros for the others, reading nothing beyond the row."""
    counts = ir.Constant(_COUNT_TYPE, list(range(LANES)))
    mask = builder.icmp_signed("<", counts, _splat(builder, n, _COUNT_TYPE))
    signature = ir.FunctionType(_LANES_TYPE, [pointer.type, _INT32, _MASK_TYPE, _LANES_TYPE])
    load = cgutils.get_or_insert_function(builder.module, signature, f"llvm.masked.load.v{LANES}f32.p0")
    # Where from, its alignment, which lanes, and what the other lanes become.
    return builder.call(load, [pointer, ir.Constant(_INT32, _FLOAT_BYTES), mask, _ZEROS])


def _fold(builder: Any, lanes: Any) -> Any:
    """Return the sum of all lanes, by halves."""
    width = LANES
    while width > 1:
        width //= 2
        low = _some_lanes(builder, lanes, range(width))
        high = _some_lanes(builder, lanes, range(width, 2 * width))
        lanes = builder.fadd(low, high)
    return builder.extract_element(lanes, ir.Constant(_INT32, 0))


def _some_lanes(builder: Any, lanes: Any, places: range) -> Any:
    mask = ir.Constant(ir.VectorType(_INT32, len(places)), list(places))
    return builder.shuffle_vector(lanes, ir.Constant(lanes.type, ir.Undefined), mask)
