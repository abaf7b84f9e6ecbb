"""A model, cards and links → every way to split the training over them, with the memory and the time each takes.

Only what published formulas say: no measured tables. Each grid is (TP, PP, CP, DP, EP) with EP folded into the others
(TP·PP·CP·DP cards); for each the cheapest of the remaining choices that fits is kept: how states are split (ZeRO-1 or 3),
what is recomputed, how many chunks a card has.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas.calculators.flows import Flow
from atlas.quantities.communication import (
    all_gather_factor,
    context_parallel_bytes,
    expected_destinations,
    expert_dispatch_bytes,
    pipeline_bytes,
    tensor_parallel_bytes,
)
from atlas.quantities.compute import causal_attention_per_token, training_compute
from atlas.quantities.memory import (
    activation_bytes_full_recompute,
    counted_activation_bytes,
    last_layers_in_flight,
    layers_in_flight,
    logit_bytes,
)
from atlas.quantities.parallelism import (
    bubble_seconds,
    exposed_context_seconds,
    exposed_gradient_seconds,
    exposed_sharded_seconds,
    fullest_stage_bytes,
    zero_one_bytes,
    zero_three_bytes,
)

MOST_STAGES, MOST_CONTEXT, MOST_CHUNKS = 128, 64, 8
SHORTEST = 4096
"""Tokens of a sequence that a card has at least under context parallelism: no published run of ours has fewer."""
UNEVEN = 1.15
"""How much longer than the mean the longest stage may be."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is trained on what. Rates are per card in base units, with what is lost of them taken off already."""

    flow: Flow
    cards: int
    node: int
    """Cards in a fast domain."""
    memory: float
    """Bytes of a card that states and activations may take."""
    peak: float
    rate: float
    """FLOP/s that matrices reach while nothing waits."""
    inner: float
    outer: float
    sequence: float
    batch: int
    """Sequences a step."""
    micro: int
    """Sequences a micro-batch."""
    gradient: float
    """Bytes of a gradient: 2 or 4."""
    hidden: bool
    """Whether experts' traffic runs beside another micro-batch's arithmetic."""
    always: bool
    """Whether everything is recomputed even where there is room."""


@dataclass(frozen=True, slots=True)
class Grid:
    """How the cards are split."""

    tensor: int
    stages: int
    context: int
    data: int
    expert: int

    @property
    def name(self) -> str:
        """As it is written: ``TP8 PP16 CP1 DP64``, EP where there is one."""
        text = f"TP{self.tensor} PP{self.stages} CP{self.context} DP{self.data}"
        return f"{text} EP{self.expert}" if self.expert > 1 else text


@dataclass(frozen=True, slots=True)
class Plan:
    """A grid with the choices that go with it, what it takes and how long it lasts; all times of a step, in seconds."""

    grid: Grid
    micros: int
    zero: int
    full: bool
    """Whether everything is recomputed."""
    chunks: int
    states: float
    activations: float
    work: float
    """Arithmetic that the model needs, at the rate."""
    again: float
    """Recomputing and the longest stage's extra layers."""
    tensor: float
    context: float
    expert: float
    bubble: float
    data: float
    """Traffic of gradients and weights that no arithmetic hides."""
    hop: float
    """From one stage to the next, for a micro-batch."""

    @property
    def seconds(self) -> float:
        """The whole step."""
        return self.work + self.again + self.tensor + self.context + self.expert + self.bubble + self.data

    @property
    def memory(self) -> float:
        """Bytes on the fullest card."""
        return self.states + self.activations


def stage_layers(flow: Flow, stages: int) -> int:
    """Layers of the longest stage; embedding and output layer are spread evenly."""
    return math.ceil(flow.layers / stages)


def uneven(flow: Flow, stages: int) -> float:
    """The longest stage over the mean one."""
    return stage_layers(flow, stages) * stages / flow.layers


@dataclass(slots=True)
class Dropped:
    """How many grids were not even looked at, by reason."""

    uneven: int = 0
    batch: int = 0


def grids(job: Job, dropped: Dropped) -> Iterator[Grid]:
    """All grids whose parts divide what they must; those of equal time keep this order."""
    tensor = 1
    while tensor <= job.node and job.cards % tensor == 0:
        if job.flow.heads % tensor == 0:
            yield from _grids_with(job, tensor, dropped)
        tensor *= 2


def _grids_with(job: Job, tensor: int, dropped: Dropped) -> Iterator[Grid]:
    left = job.cards // tensor
    for stages in range(1, min(MOST_STAGES, int(job.flow.layers), left) + 1):
        if left % stages:
            continue
        if uneven(job.flow, stages) > UNEVEN:
            dropped.uneven += 1
            continue
        context = 1
        while context <= MOST_CONTEXT and left // stages % context == 0:
            if context > 1 and job.sequence / context < SHORTEST:
                break
            data = left // stages // context
            if job.batch % (data * job.micro) == 0:
                for expert in _experts(job.flow, tensor * context * data):
                    yield Grid(tensor, stages, context, data, expert)
            else:
                dropped.batch += 1
            context *= 2


def _experts(flow: Flow, cards: int) -> Iterator[int]:
    for expert in range(1, min(int(flow.experts), cards) + 1):
        if flow.experts % expert == 0 and cards % expert == 0:
            yield expert


def plans(job: Job, grid: Grid) -> list[Plan]:
    """All plans of a grid, whether they fit or not."""
    return [
        _plan(job, grid, zero, full, chunks)
        for full in ((True,) if job.always else (False, True))
        for zero in (1, 3)
        for chunks in _chunks(job, grid)
    ]


def simplest(found: Sequence[Plan]) -> Plan:
    """Of plans of about the same time, the one that is least to set up: states split by ZeRO-1 rather than 3, few kinds of
    parallelism, no interleaving, few cards to a copy of the model, then the fastest.
    """
    return min(found, key=_trouble)


def _trouble(one: Plan) -> tuple[float, ...]:
    grid = one.grid
    kinds = sum(degree > 1 for degree in (grid.tensor, grid.stages, grid.context, grid.expert))
    return one.zero, kinds, one.chunks > 1, grid.tensor * grid.stages * grid.context, one.full, one.seconds


def _chunks(job: Job, grid: Grid) -> list[int]:
    """One, and the most that interleaving can have."""
    micros = job.batch // (grid.data * job.micro)
    if grid.stages == 1 or micros % grid.stages:
        return [1]
    layers = stage_layers(job.flow, grid.stages)
    most = max(one for one in range(1, MOST_CHUNKS + 1) if layers % one == 0)
    return [1] if most == 1 else [1, most]


def _plan(job: Job, grid: Grid, zero: int, full: bool, chunks: int) -> Plan:
    micros = job.batch // (grid.data * job.micro)
    states, (dense, routed) = _states(job, grid, zero)
    work, extra = _arithmetic(job, grid, full)
    tensor, context, expert = _tensor(job, grid, full), _context(job, grid, work), _expert(job, grid, full)
    if job.hidden:
        expert = max(0.0, expert - work - extra)
    each = work + extra + tensor + context + expert
    hop = 0.0
    if grid.stages > 1:
        line = job.inner if grid.tensor * grid.context * grid.stages <= job.node else job.outer
        hop = pipeline_bytes(job.sequence, job.micro, job.flow.hidden) / (grid.tensor * grid.context) / line
    return Plan(
        grid,
        micros,
        zero,
        full,
        chunks,
        states,
        _activations(job, grid, full, chunks, micros),
        work * micros,
        extra * micros,
        tensor * micros,
        context * micros,
        expert * micros,
        bubble_seconds(grid.stages, each, chunks, hop),
        _data(job, grid, zero, (dense, routed), (work + extra, micros)),
        hop,
    )


def _states(job: Job, grid: Grid, zero: int) -> tuple[float, tuple[float, float]]:
    """Bytes of weights, gradients and Adam's states on the fullest card, and its dense and routed weights."""
    flow, longest = job.flow, uneven(job.flow, grid.stages)
    dense = (flow.total - flow.routed) / (grid.tensor * grid.stages) * longest
    routed = flow.routed / (grid.expert * grid.stages) * longest
    same, twins = grid.data * grid.context, grid.tensor * grid.context * grid.data / grid.expert
    if zero == 1:
        held = zero_one_bytes(dense, same, job.gradient) + zero_one_bytes(routed, twins, job.gradient)
    else:
        layers = stage_layers(flow, grid.stages)
        held = zero_three_bytes(dense, same, layers, job.gradient) + zero_three_bytes(routed, twins, layers, job.gradient)
    return held, (dense, routed)


def _activations(job: Job, grid: Grid, full: bool, chunks: int, micros: int) -> float:
    """Bytes on the first or the last card, whichever holds more: one the most micro-batches, the other the scores."""
    flow, split = job.flow, grid.tensor * grid.context
    copies = 2 * flow.chosen * flow.moe_layers / flow.layers  # to each expert and back from it
    ffn = (2.0 if flow.matrices == 3 else 1.0) * flow.inner + copies * flow.hidden
    tokens = job.sequence * job.micro / grid.context
    # Norms and activation functions are computed again, which costs next to nothing.
    light = counted_activation_bytes(tokens, flow.hidden, 2 * flow.width + flow.kv, ffn, grid.tensor, 1, 0)
    kept = activation_bytes_full_recompute(job.sequence, job.micro, flow.hidden) / split if full else light
    ends = (counted(flow.layers, grid.stages, micros, chunks) for counted in (layers_in_flight, last_layers_in_flight))
    held = fullest_stage_bytes(*ends, kept, logit_bytes(tokens, flow.vocab) / grid.tensor)
    return held + light if full else held


def _arithmetic(job: Job, grid: Grid, full: bool) -> tuple[float, float]:
    """Seconds of a micro-batch on a stage: what the model needs, and what comes on top."""
    flow, tokens = job.flow, job.sequence * job.micro
    attention = causal_attention_per_token(flow.twice_seen(job.sequence), flow.width) * tokens
    needed = training_compute(flow.active, tokens) + attention
    work = needed / (grid.tensor * grid.context * grid.stages) / job.rate
    return work, work * (uneven(flow, grid.stages) * (4 / 3 if full else 1) - 1)


def _tensor(job: Job, grid: Grid, full: bool) -> float:
    """Four all-reduces a dense layer, two where experts have their own traffic; half as many again to recompute."""
    if grid.tensor == 1:
        return 0.0
    flow, layers = job.flow, stage_layers(job.flow, grid.stages)
    a_layer = tensor_parallel_bytes(job.sequence / grid.context, job.micro, flow.hidden, grid.tensor)
    busy = layers * (1 - flow.moe_layers / flow.layers / 2)
    return busy * a_layer * (1.5 if full else 1) / (job.inner if grid.tensor <= job.node else job.outer)


def _context(job: Job, grid: Grid, work: float) -> float:
    """Keys and values forward, again backward, their gradients back: what attention's own arithmetic does not hide."""
    if grid.context == 1:
        return 0.0
    flow, tokens = job.flow, job.sequence * job.micro
    share = flow.full / flow.layers * stage_layers(flow, grid.stages)
    sent = context_parallel_bytes(job.sequence, job.micro, 1, flow.kv / 2, grid.context) / min(grid.tensor, flow.kv_heads)
    line = job.inner if grid.tensor * grid.context <= job.node else job.outer
    attention = causal_attention_per_token(flow.twice_seen(job.sequence), flow.width) * tokens
    hides = attention / (grid.tensor * grid.context * grid.stages) / job.rate
    return exposed_context_seconds(share, sent, line, hides)


def _expert(job: Job, grid: Grid, full: bool) -> float:
    """To the experts and back, forward and backward; between nodes a token goes once to each node it must reach."""
    if grid.expert == 1:
        return 0.0
    flow = job.flow
    tokens = job.sequence * job.micro / (grid.tensor * grid.context)
    nodes = max(1.0, grid.expert / job.node)
    near = (
        expert_dispatch_bytes(tokens, flow.hidden, flow.chosen) * all_gather_factor(min(grid.expert, job.node)) / job.inner
    )
    far = 0.0
    if nodes > 1:
        reached = expected_destinations(flow.experts, flow.chosen, nodes) * all_gather_factor(nodes)
        far = expert_dispatch_bytes(tokens, flow.hidden, reached) / job.outer
    layers = stage_layers(flow, grid.stages) * flow.moe_layers / flow.layers
    return layers * (6 if full else 4) * max(near, far)


def _data(job: Job, grid: Grid, zero: int, own: tuple[float, float], step: tuple[float, int]) -> float:
    """Gradients summed and weights gathered, as far as arithmetic beside it is too short to hide them."""
    (dense, routed), (each, micros) = own, step
    same, twins = grid.data * grid.context, grid.tensor * grid.context * grid.data / grid.expert
    spread = all_gather_factor(same) * dense + all_gather_factor(twins) * routed
    inside = min(same, max(1, job.node // grid.tensor))  # cards of a group on a node: their network cards work together
    line = job.inner if same <= inside else min(job.inner, job.outer * inside)
    gathered, scattered = 2 * spread / line, job.gradient * spread / line
    if zero == 1:
        return exposed_gradient_seconds(scattered, gathered, each)
    return exposed_sharded_seconds(scattered, gathered, each, micros)
