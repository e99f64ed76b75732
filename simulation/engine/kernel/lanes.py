"""Departments side by side: a compiled step is done to several of them at once.

The state of a few departments lies in a block: for each name as many numbers as there are lanes, one for each
department. A step is written for one department, as in the Mesa model, and ``each`` has all of them do it, as
``AgentSet.do`` does there; the compiler turns the lanes of a block into one instruction for all (SIMD). So a step may
neither call on others nor loop, and reads what is common to all (``p``, ``o``, ``m``) without writing it: it is given
copies. ``total`` does the same and adds up what the steps return; ``gather`` sums over ties.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import intrinsic, lower_getattr_generic, lower_setattr_generic, models, register_model

LANES = 4
"""Departments to a block, a power of two: four numbers of 8 bytes fill a vector register of AVX2."""

WORD = 8
"""Bytes of a number."""

_INDEX, _BYTES, _NUMBER = ir.IntType(64), ir.IntType(8).as_pointer(), ir.DoubleType()
_VECTOR = ir.VectorType(_NUMBER, LANES)


def in_lanes(record: np.dtype[np.void]) -> np.dtype[np.void]:
    """A block of records: every field as many times as there are lanes."""
    return np.dtype([(name, record[name], (LANES,)) for name in record.names or ()])


def blocks_for(departments: int) -> int:
    """How many blocks so many departments fill; the rest of the last one stays unused."""
    return -(-departments // LANES)


class Lane(types.Type):  # type: ignore[misc]  # Numba is untyped
    """One department in a block, as compiled code sees it: ``d.conviction`` reads, and is written, as in a record."""

    def __init__(self, block: Any) -> None:
        self.block = block
        super().__init__(name=f"Lane({block})")


def department_in(block: Any) -> Any:
    """Numba's type of a department in a block of that type."""
    return Lane(block)


@register_model(Lane)
class _LaneModel(models.PrimitiveModel):  # type: ignore[misc]
    """A lane is the address of its first field."""

    def __init__(self, manager: Any, lane: Any) -> None:
        super().__init__(manager, lane, _BYTES)


@infer_getattr
class _LaneFields(AttributeTemplate):  # type: ignore[misc]
    """The fields of a lane are those of its block, one number of each."""

    key = Lane

    def generic_resolve(self, lane: Any, name: str) -> Any:
        """The type of a field."""
        return lane.block.typeof(name).dtype if name in lane.block.fields else None


def _field(context: Any, builder: Any, lane: Any, address: Any, name: str) -> Any:
    """Where a field of a lane is."""
    kind = context.get_value_type(lane.block.typeof(name).dtype)
    return builder.bitcast(_moved(builder, address, _INDEX(lane.block.offset(name))), kind.as_pointer())


def _moved(builder: Any, address: Any, by: Any) -> Any:
    """An address so many bytes on."""
    return builder.gep(address, [by], inbounds=True)


@lower_getattr_generic(Lane)  # type: ignore[untyped-decorator]
def _read(context: Any, builder: Any, lane: Any, address: Any, name: str) -> Any:
    return builder.load(_field(context, builder, lane, address, name), align=WORD)


@lower_setattr_generic(Lane)  # type: ignore[untyped-decorator]
def _write(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> None:
    address, value = arguments
    builder.store(value, _field(context, builder, signature.args[0], address, name), align=WORD)


def _address(builder: Any, base: Any, size: int, block: Any, lane: Any) -> Any:
    """Where a lane of a block begins; ``size`` is a block's, in bytes."""
    start, on = builder.mul(block, _INDEX(size)), builder.mul(lane, _INDEX(WORD))
    return _moved(builder, _moved(builder, base, start), on)


def _base(context: Any, builder: Any, kind: Any, array: Any) -> tuple[Any, Any]:
    """Where an array's first element is, and how many it has."""
    made = context.make_array(kind)(context, builder, array)
    return builder.bitcast(made.data, _BYTES), builder.extract_value(made.shape, 0)


def _department(builder: Any, base: Any, size: int, index: Any) -> Any:
    """Where the department at a place in the organisation begins."""
    block = builder.lshr(index, _INDEX(LANES.bit_length() - 1))
    return _address(builder, base, size, block, builder.and_(index, _INDEX(LANES - 1)))


@intrinsic  # type: ignore[untyped-decorator]
def at(typing_context: Any, states: Any, index: Any) -> Any:
    """The department at a place in the organisation."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        base, _ = _base(context, builder, states, arguments[0])
        return _department(builder, base, states.dtype.size, arguments[1])

    return Lane(states.dtype)(states, types.int64), build


@contextmanager
def _lanes(builder: Any) -> Iterator[Any]:
    """A loop over the lanes of a block, marked so that LLVM vectorises it."""
    before, body, after = builder.block, builder.append_basic_block("lane"), builder.append_basic_block("lanes.end")
    builder.branch(body)
    builder.position_at_end(body)
    lane = builder.phi(_INDEX)
    lane.add_incoming(_INDEX(0), before)
    yield lane
    following = builder.add(lane, _INDEX(1))
    lane.add_incoming(following, builder.block)
    more = builder.icmp_unsigned("<", following, _INDEX(LANES))
    builder.cbranch(more, body, after).set_metadata("llvm.loop", _at_once(builder.module))
    builder.position_at_end(after)


def _at_once(module: Any) -> Any:
    """LLVM's metadata of such a loop: do not unroll it, vectorise it with one lane a department."""

    def word(*words: Any) -> Any:
        return module.add_metadata(list(words))

    name = ir.MDValue(module, [], name=str(len(module.metadata)))
    name.operands = (  # a loop's name begins with itself, so that no two are the same
        name,
        word("llvm.loop.unroll.disable"),
        word("llvm.loop.vectorize.enable", ir.IntType(1)(1)),
        word("llvm.loop.vectorize.width", ir.IntType(32)(LANES)),
        word("llvm.loop.interleave.count", ir.IntType(32)(1)),
    )
    return name


def _shared(context: Any, builder: Any, kinds: Any, tuple_of: Any) -> list[Any]:
    """What is common to all departments; records as private copies, so that LLVM need read them only once."""
    values = [builder.extract_value(tuple_of, index) for index in range(len(kinds))]
    return [
        _copy(builder, kind, value) if isinstance(kind, types.Record) else value
        for kind, value in zip(kinds, values, strict=True)
    ]


def _copy(builder: Any, kind: Any, value: Any) -> Any:
    """A copy of a record."""
    room = cgutils.alloca_once(builder, ir.ArrayType(_NUMBER, kind.size // WORD))
    copy = builder.bitcast(room, _BYTES)
    cgutils.raw_memcpy(builder, copy, builder.bitcast(value, _BYTES), _INDEX(kind.size), 1, align=WORD)
    return builder.bitcast(copy, value.type)


def _how_many(kind: Any) -> int:
    """How many numbers a step returns."""
    return kind.count if isinstance(kind, types.UniTuple) else int(kind == types.float64)


def _numbers(builder: Any, kind: Any, result: Any) -> list[Any]:
    """The numbers that a step returned."""
    if isinstance(kind, types.UniTuple):
        return [builder.extract_value(result, index) for index in range(kind.count)]
    return [result] * _how_many(kind)


def _sums(builder: Any, count: int) -> list[Any]:
    """Room for sums, one in every lane, 0 at first."""
    rooms = [cgutils.alloca_once(builder, _VECTOR) for _ in range(count)]
    for room in rooms:
        builder.store(_VECTOR(None), room)
    return rooms


def _over_lanes(builder: Any, vector: Any) -> Any:
    """The sum over the lanes of a vector, halves first."""
    numbers = [builder.extract_element(vector, ir.IntType(32)(lane)) for lane in range(LANES)]
    while len(numbers) > 1:
        half = len(numbers) // 2
        numbers = [builder.fadd(a, b) for a, b in zip(numbers[:half], numbers[half:], strict=True)]
    return numbers[0]


def _do(typing_context: Any, step: Any, states: Any, common: Any, adds: bool) -> Any:
    """Have a step done by every department, and its results added up if so asked."""
    if len(common) == 1 and isinstance(common[0], types.BaseTuple):  # Numba asks once more, with all in one
        common = tuple(common[0])
    of_step = typing_context.resolve_function_type(step, (Lane(states.dtype), *common), {})
    kind = of_step.return_type

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        base, count = _base(context, builder, states, arguments[1])
        shared, do = _shared(context, builder, common, arguments[2]), context.get_function(step, of_step)
        sums = _sums(builder, _how_many(kind))
        with cgutils.for_range(builder, count) as blocks, _lanes(builder) as lane:
            department = _address(builder, base, states.dtype.size, blocks.index, lane)
            for so_far, number in zip(sums, _numbers(builder, kind, do(builder, (department, *shared))), strict=True):
                here = builder.gep(builder.bitcast(so_far, _NUMBER.as_pointer()), [lane])
                builder.store(builder.fadd(builder.load(here), number), here)
        if not adds:
            return context.get_dummy_value()
        totals = [_over_lanes(builder, builder.load(so_far)) for so_far in sums]
        return cgutils.pack_array(builder, totals) if isinstance(kind, types.UniTuple) else totals[0]

    return (kind if adds else types.none)(step, states, types.StarArgTuple.from_types(tuple(common))), build


@intrinsic  # type: ignore[untyped-decorator]
def each(typing_context: Any, step: Any, states: Any, *common: Any) -> Any:
    """Have every department do a step, given what is common to all."""
    return _do(typing_context, step, states, common, False)


@intrinsic  # type: ignore[untyped-decorator]
def total(typing_context: Any, step: Any, states: Any, *common: Any) -> Any:
    """Have every department do a step, and add up the number, or the numbers, that it returns."""
    return _do(typing_context, step, states, common, True)


@intrinsic  # type: ignore[untyped-decorator]
def gather(typing_context: Any, send: Any, receive: Any, states: Any, ties: Any, ends: Any, first: Any) -> Any:
    """Have every department ``receive`` what those ``send`` whom it is tied to, summed by the strength of the ties.

    ``send`` returns the numbers of one department; the ties of block *b* are those from ``ends[first + b]`` up to
    ``ends[first + b + 1]``, each with one department and its strength for every lane of the block.
    """
    lane = Lane(states.dtype)
    sending = typing_context.resolve_function_type(send, (lane,), {})
    kind, count = sending.return_type, _how_many(sending.return_type)
    receiving = typing_context.resolve_function_type(receive, (lane, *[types.float64] * count), {})

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        base, blocks = _base(context, builder, states, arguments[2])
        tie, size = _base(context, builder, ties, arguments[3])[0], states.dtype.size
        end = builder.bitcast(_base(context, builder, ends, arguments[4])[0], _INDEX.as_pointer())
        do_send, do_receive = context.get_function(send, sending), context.get_function(receive, receiving)
        with cgutils.for_range(builder, blocks) as block:
            pointer = builder.gep(end, [builder.add(arguments[5], block.index)])
            start, stop = builder.load(pointer), builder.load(builder.gep(pointer, [_INDEX(1)]))
            sums = _sums(builder, count)
            with cgutils.for_range_slice(builder, start, stop, _INDEX(1), _INDEX) as (this, _):
                here = _moved(builder, tie, builder.mul(this, _INDEX(ties.dtype.size)))
                weights = builder.load(builder.bitcast(here, _VECTOR.as_pointer()), align=WORD)
                to = _moved(builder, here, _INDEX(ties.dtype.offset("to")))
                sender = _department(builder, base, size, builder.load(builder.bitcast(to, _INDEX.as_pointer())))
                for room, number in zip(sums, _numbers(builder, kind, do_send(builder, (sender,))), strict=True):
                    weighted = builder.fmul(weights, _in_all_lanes(builder, number))
                    builder.store(builder.fadd(builder.load(room), weighted), room)
            received = [builder.bitcast(room, _NUMBER.as_pointer()) for room in sums]
            with _lanes(builder) as number_of_lane:
                receiver = _address(builder, base, size, block.index, number_of_lane)
                do_receive(
                    builder, (receiver, *(builder.load(builder.gep(room, [number_of_lane])) for room in received))
                )
        return context.get_dummy_value()

    return types.none(send, receive, states, ties, ends, types.int64), build


@intrinsic  # type: ignore[untyped-decorator]
def exchange(
    typing_context: Any,
    send: Any,
    agree: Any,
    receive: Any,
    states: Any,
    rows: Any,
    paces: Any,
    shift: Any,
    ends: Any,
    first: Any,
    common: Any,
) -> Any:
    """Have every two departments that have a row in common ``agree`` on it, and ``receive`` what that sums to.

    ``send`` returns the numbers of one department. ``agree`` takes one's own, the other's, the ``need`` of the row, its
    ``reach`` and ``pace`` (``shift`` further on in ``paces``), how far it is ``settled``, and ``common``; it
    returns how far it is settled then, and numbers that are summed over all rows of a department. The rows of a block
    are those between ``ends``, as for :func:`gather`.
    """
    lane, number = Lane(states.dtype), types.float64
    names = ("need", "reach", "pace", "settled")
    sending = typing_context.resolve_function_type(send, (lane,), {})
    sent = sending.return_type.count
    agreeing = typing_context.resolve_function_type(agree, (number,) * (2 * sent + len(names) + 1), {})
    count = agreeing.return_type.count - 1
    receiving = typing_context.resolve_function_type(receive, (lane, *[number] * count), {})

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        base, blocks = _base(context, builder, states, arguments[3])
        row, size = _base(context, builder, rows, arguments[4])[0], states.dtype.size
        rate = _base(context, builder, paces, arguments[5])[0]
        end = builder.bitcast(_base(context, builder, ends, arguments[7])[0], _INDEX.as_pointer())
        do_send, do_agree = context.get_function(send, sending), context.get_function(agree, agreeing)
        do_receive = context.get_function(receive, receiving)
        own, fields = _sums(builder, sent), _sums(builder, len(names))

        def here(room: Any, lane: Any) -> Any:
            return builder.gep(builder.bitcast(room, _NUMBER.as_pointer()), [lane])

        with cgutils.for_range(builder, blocks) as block:
            pointer = builder.gep(end, [builder.add(arguments[8], block.index)])
            start, stop = builder.load(pointer), builder.load(builder.gep(pointer, [_INDEX(1)]))
            with _lanes(builder) as this:
                mine = do_send(builder, (_address(builder, base, size, block.index, this),))
                for index, room in enumerate(own):
                    builder.store(builder.extract_value(mine, index), here(room, this))
            sums = _sums(builder, count)
            with cgutils.for_range_slice(builder, start, stop, _INDEX(1), _INDEX) as (at_row, _):
                line = _moved(builder, row, builder.mul(at_row, _INDEX(rows.dtype.size)))
                further = builder.mul(builder.add(at_row, arguments[6]), _INDEX(paces.dtype.size))
                beside = _moved(builder, rate, further)
                places = [
                    _moved(builder, line, _INDEX(rows.dtype.offset(name)))
                    if name in rows.dtype.fields
                    else _moved(builder, beside, _INDEX(paces.dtype.offset(name)))
                    for name in names
                ]
                to = builder.bitcast(_moved(builder, line, _INDEX(rows.dtype.offset("to"))), _INDEX.as_pointer())
                theirs = do_send(builder, (_department(builder, base, size, builder.load(to)),))
                others = [builder.extract_value(theirs, index) for index in range(sent)]
                for address, room in zip(places, fields, strict=True):
                    builder.store(builder.load(builder.bitcast(address, _VECTOR.as_pointer()), align=WORD), room)
                with _lanes(builder) as this:
                    mine = [builder.load(here(room, this)) for room in own]
                    numbers = [builder.load(here(room, this)) for room in fields]
                    agreed = do_agree(builder, (*mine, *others, *numbers, arguments[9]))
                    builder.store(builder.extract_value(agreed, 0), here(fields[-1], this))
                    for index, room in enumerate(sums):
                        so_far = builder.load(here(room, this))
                        builder.store(builder.fadd(so_far, builder.extract_value(agreed, index + 1)), here(room, this))
                builder.store(builder.load(fields[-1]), builder.bitcast(places[-1], _VECTOR.as_pointer()), align=WORD)
            with _lanes(builder) as this:
                receiver = _address(builder, base, size, block.index, this)
                do_receive(builder, (receiver, *(builder.load(here(room, this)) for room in sums)))
        return context.get_dummy_value()

    counts = (types.int64, ends, types.int64, types.float64)
    return types.none(send, agree, receive, states, rows, paces, *counts), build


def _in_all_lanes(builder: Any, number: Any) -> Any:
    """One number in every lane of a vector."""
    vector = _VECTOR(ir.Undefined)
    for lane in range(LANES):
        vector = builder.insert_element(vector, number, ir.IntType(32)(lane))
    return vector


@intrinsic  # type: ignore[untyped-decorator]
def hand_out(typing_context: Any, luck: Any, states: Any) -> Any:
    """Copy blocks of luck into the states: its fields are a state's first, in the same order."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, _ = _base(context, builder, luck, arguments[0])
        target, count = _base(context, builder, states, arguments[1])
        with cgutils.for_range(builder, count) as block:
            have = _moved(builder, source, builder.mul(block.index, _INDEX(luck.dtype.size)))
            want = _moved(builder, target, builder.mul(block.index, _INDEX(states.dtype.size)))
            cgutils.raw_memcpy(builder, want, have, _INDEX(luck.dtype.size), 1, align=WORD)
        return context.get_dummy_value()

    return types.none(luck, states), build
