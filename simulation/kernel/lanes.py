"""Departments side by side: a compiled step is done to several of them at once.

The state of a few departments lies in a block: for each name as many numbers as there are lanes, one for each
department. A step is written for one department, as in the Mesa model, and :data:`each` has all of them do it, as
``AgentSet.do`` does there; the compiler turns the lanes of a block into one instruction for all (SIMD). So a step may
neither call on others nor loop, and reads what is common to all (``p``, ``o``, ``m``) without writing it: it is given
copies. :data:`total` does the same and adds up what the steps return.
"""

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


def in_lanes(record: np.dtype[np.void]) -> np.dtype[np.void]:
    """A block of records: every field as many times as there are lanes."""
    return np.dtype([(name, record[name], (LANES,)) for name in record.names or ()])


def blocks_for(departments: int) -> int:
    """How many blocks so many departments fill; what is left of the last one is nobody's."""
    return -(-departments // LANES)


class Lane(types.Type):  # type: ignore[misc]  # Numba is untyped
    """One department in a block, as compiled code sees it: ``d.conviction`` reads, and is written, as in a record."""

    def __init__(self, block: Any) -> None:
        self.block = block
        super().__init__(name=f"Lane({block})")


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
    return builder.bitcast(_moved(builder, address, ir.Constant(_INDEX, lane.block.offset(name))), kind.as_pointer())


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


@intrinsic  # type: ignore[untyped-decorator]
def at(typing_context: Any, states: Any, place: Any) -> Any:
    """The department at a place in the organisation."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        blocks = context.make_array(signature.args[0])(context, builder, arguments[0])
        block = builder.lshr(arguments[1], ir.Constant(_INDEX, LANES.bit_length() - 1))
        lane = builder.and_(arguments[1], ir.Constant(_INDEX, LANES - 1))
        start = builder.mul(block, ir.Constant(_INDEX, states.dtype.size))
        by = builder.add(start, builder.mul(lane, ir.Constant(_INDEX, WORD)))
        return _moved(builder, builder.bitcast(blocks.data, _BYTES), by)

    return Lane(states.dtype)(states, types.int64), build


def _copy(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """A record's copy that nobody else can write, so that the compiler keeps what is read of it at hand."""
    if not isinstance(kind, types.Record):
        return value
    room = cgutils.alloca_once(builder, ir.ArrayType(_NUMBER, kind.size // WORD))
    copy, size = builder.bitcast(room, _BYTES), ir.Constant(_INDEX, kind.size)
    cgutils.raw_memcpy(builder, copy, builder.bitcast(value, _BYTES), size, 1, align=WORD)
    return builder.bitcast(copy, value.type)


def _as_one_instruction(module: Any) -> Any:
    """Tell the compiler that the lanes of a block are to be done at once."""

    def hint(*words: Any) -> Any:
        return module.add_metadata(list(words))

    whole = ir.IntType(32)
    node = ir.MDValue(module, [], name=str(len(module.metadata)))
    node.operands = (  # a loop is named by a node that begins with itself
        node,
        hint("llvm.loop.unroll.disable"),
        hint("llvm.loop.vectorize.enable", ir.Constant(ir.IntType(1), 1)),
        hint("llvm.loop.vectorize.width", ir.Constant(whole, LANES)),
        hint("llvm.loop.interleave.count", ir.Constant(whole, 1)),
    )
    return node


class _Sums:
    """Sums that go round a loop, one for each number that a step returns."""

    def __init__(self, context: Any, builder: Any, kind: Any) -> None:
        self.builder, self.kind = builder, kind
        self.type = context.get_value_type(kind) if kind != types.none else None
        self.count = kind.count if isinstance(kind, types.UniTuple) else int(kind == types.float64)

    def begin(self) -> list[Any]:
        """All 0."""
        return [ir.Constant(_NUMBER, 0.0)] * self.count

    def arrive(self, values: list[Any], source: Any) -> list[Any]:
        """At the head of a loop: what comes from outside, so far."""
        heads = [self.builder.phi(_NUMBER) for _ in values]
        self.come(heads, values, source)
        return heads

    def come(self, heads: list[Any], values: list[Any], source: Any) -> None:
        """At the head of a loop: what comes from a block of code."""
        for head, value in zip(heads, values, strict=True):
            head.add_incoming(value, source)

    def add(self, sums: list[Any], result: Any) -> list[Any]:
        """Add what a step returned; lanes may be added up in any order, as long as it is always the same."""
        if isinstance(self.kind, types.UniTuple):
            parts = [self.builder.extract_value(result, place) for place in range(self.count)]
        else:
            parts = [result] * self.count
        return [
            self.builder.fadd(so_far, part, flags=("reassoc", "nsz")) for so_far, part in zip(sums, parts, strict=True)
        ]

    def result(self, sums: list[Any]) -> Any:
        """What Numba takes for the sums."""
        if isinstance(self.kind, types.UniTuple):
            return cgutils.pack_array(self.builder, sums)
        return sums[0]


def _each(typing_context: Any, step: Any, states: Any, common: Any, adds: bool) -> Any:
    """Build a loop over blocks, and in it one over lanes."""
    if len(common) == 1 and isinstance(common[0], types.BaseTuple):  # Numba asks once more, with all in one
        common = tuple(common[0])
    lane = Lane(states.dtype)
    of_step = typing_context.resolve_function_type(step, (lane, *common), {})
    given = types.StarArgTuple.from_types(tuple(common))
    signature = (of_step.return_type if adds else types.none)(step, states, given)

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        blocks = context.make_array(states)(context, builder, arguments[1])
        values = [builder.extract_value(arguments[2], place) for place in range(len(common))]
        copies = [_copy(context, builder, kind, value) for kind, value in zip(common, values, strict=True)]
        do = context.get_function(step, of_step)
        sums = _Sums(context, builder, signature.return_type)
        zero, one = ir.Constant(_INDEX, 0), ir.Constant(_INDEX, 1)
        count, base = builder.extract_value(blocks.shape, 0), builder.bitcast(blocks.data, _BYTES)
        head, body, after = (builder.append_basic_block(name) for name in ("block", "lane", "after"))
        before, none = builder.block, sums.begin()
        builder.cbranch(builder.icmp_signed(">", count, zero), head, after)

        builder.position_at_end(head)
        block = builder.phi(_INDEX)
        block.add_incoming(zero, before)
        outer = sums.arrive(none, before)
        start = _moved(builder, base, builder.mul(block, ir.Constant(_INDEX, states.dtype.size)))
        builder.branch(body)

        builder.position_at_end(body)
        number = builder.phi(_INDEX)
        number.add_incoming(zero, head)
        inner = sums.arrive(outer, head)
        department = _moved(builder, start, builder.mul(number, ir.Constant(_INDEX, WORD)))
        added = sums.add(inner, do(builder, (department, *copies)))
        following, end = builder.add(number, one), builder.block
        number.add_incoming(following, end)
        sums.come(inner, added, end)
        latch = builder.append_basic_block("next")
        more = builder.icmp_unsigned("<", following, ir.Constant(_INDEX, LANES))
        builder.cbranch(more, body, latch).set_metadata("llvm.loop", _as_one_instruction(builder.module))

        builder.position_at_end(latch)
        next_block = builder.add(block, one)
        block.add_incoming(next_block, latch)
        sums.come(outer, added, latch)
        builder.cbranch(builder.icmp_signed("<", next_block, count), head, after)

        builder.position_at_end(after)
        found = sums.arrive(none, before)
        sums.come(found, added, latch)
        return sums.result(found) if adds else context.get_dummy_value()

    return signature, build


@intrinsic  # type: ignore[untyped-decorator]
def each(typing_context: Any, step: Any, states: Any, *common: Any) -> Any:
    """Have every department do a step, given what is common to all."""
    return _each(typing_context, step, states, common, False)


@intrinsic  # type: ignore[untyped-decorator]
def total(typing_context: Any, step: Any, states: Any, *common: Any) -> Any:
    """Have every department do a step, and add up the number, or the numbers, that it returns."""
    return _each(typing_context, step, states, common, True)
