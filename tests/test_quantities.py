"""Every formula of the site against numbers computed by hand."""

from __future__ import annotations

import inspect

import pytest

from atlas.facts import load
from atlas.quantities import FORMULAS
from tests.conftest import REPOSITORY

HAND = [
    ("training_compute", (7e9, 1e12), 4.2e22),
    ("training_compute", (405e9, 15.6e12), 3.7908e25),
    ("forward_compute", (7e9, 1000), 1.4e13),
    ("attention_compute_per_token", (2, 4, 8, 16), 12 * 2 * 4 * 8 * 16),
    ("training_days", (4.2e22, 512, 989e12, 0.4), 2.4),
    ("card_hours", (4.2e22, 989e12, 0.4), 29_491),
    ("utilisation_of_hours", (3.8e25, 30.84e6, 989e12), 34.6),
    ("utilisation_of_rate", (400, 989), 40.4),
    ("chinchilla_tokens", (70e9,), 1.4e12),
    ("roofline_ridge", (989, 3.35), 295.2),
    ("roofline_attainable", (989, 3.35, 16), 53.6),
    ("roofline_attainable", (989, 3.35, 512), 989),
    ("matmul_intensity", (4096, 4096, 4096), 4096 / 3),
    ("matmul_intensity", (1, 4096, 4096), 1.0),
    ("decode_step_seconds", (140e9, 8 * 3350e9), 0.005224),
    ("decode_step_seconds", (16e9, 3350e9, 8, 1e9), 24 / 3350),
    ("prefill_seconds", (8e9, 8192, 989e12), 0.13253),
    ("speculative_tokens_per_step", (0.5, 2), 1.75),
    ("speculative_tokens_per_step", (1, 4), 5),
    ("attention_parameters", (4096, 32, 8, 128), 4096 * 128 * 80),
    ("mla_parameters", (10, 2, 3, 4, 5, 6, 1), 10 * 6 + 6 * 2 * 4 + 10 * 6 + 5 * 2 * 7 + 2 * 4 * 10),
    ("ffn_parameters", (4096, 14336), 176_160_768),
    ("ffn_parameters", (768, 3072, 2), 4_718_592),
    ("embedding_parameters", (128_256, 4096), 1_050_673_152),
    ("embedding_parameters", (128_256, 4096, 1), 525_336_576),
    ("decoder_parameters", (32, 4096, 14336, 32, 8, 128, 128_256), 8_030_261_248),
    ("expert_parameters", (7168, 2048, 256), 3 * 7168 * 2048 * 256),
    ("experts_touched", (8, 2, 2), 3.5),
    ("experts_touched", (256, 8, 1), 8),
    ("image_tokens", (336, 336, 14), 576),
    ("image_tokens", (1080, 1920, 14, 2), 38 * 68),
    ("lora_parameters", (16, 4096, 4096), 131_072),
    ("weight_bytes", (70e9,), 140e9),
    ("weight_bytes", (70e9, 0.5), 35e9),
    ("model_state_bytes", (7e9,), 112e9),
    ("model_state_bytes", (7e9, 4), 126e9),
    ("zero_bytes", (7.5e9, 64, 0), 120e9),
    ("zero_bytes", (7.5e9, 64, 1), 31.4e9),
    ("zero_bytes", (7.5e9, 64, 2), 16.64e9),
    ("zero_bytes", (7.5e9, 64, 3), 1.875e9),
    ("activation_bytes", (2048, 1, 4096, 32), 2048 * 4096 * (34 + 80)),
    ("activation_bytes_tensor_parallel", (2048, 1, 4096, 32, 8), 2048 * 4096 * (10 + 3 + 10)),
    ("activation_bytes_sequence_parallel", (2048, 1, 4096, 32, 8), 2048 * 4096 * 114 / 8),
    ("activation_bytes_selective", (2048, 1, 4096, 8), 34 * 2048 * 4096 / 8),
    ("activation_bytes_full_recompute", (2048, 1, 4096), 16_777_216),
    ("kv_bytes_per_token", (32, 8, 128), 131_072),
    ("kv_bytes_per_token", (80, 8, 128), 327_680),
    ("mla_bytes_per_token", (61, 512, 64), 70_272),
    ("kv_cache_bytes", (131_072, 131_072), 16 * 2**30),
    ("kv_cache_bytes", (327_680, 8192, 16), 40 * 2**30),
    ("score_matrix_bytes", (32, 8192), 2**32),
    ("linear_state_bytes", (36, 32, 128, 128), 36 * 2**21),
    ("lora_bytes", (7e9, 40e6), 14.64e9),
    ("lora_bytes", (70e9, 200e6, 0.5), 38.2e9),
    ("peak_flops", (528, 512, 1.83e9), 989.43e12),
    ("stack_bandwidth", (1024, 6.4), 819.2),
    ("float_maximum", (15, 10), 65_504),
    ("float_maximum", (8, 3, 1), 448),
    ("float_maximum", (2, 1), 6),
    ("rounding_error", (7,), 0.390625),
    ("block_bits", (4, 8, 32), 4.25),
    ("block_bits", (4, 8, 16), 4.5),
    ("decode_attention_intensity", (64, 8), 8),
    ("fat_tree_endpoints", (64, 2), 2048),
    ("fat_tree_endpoints", (64, 3), 65_536),
    ("fat_tree_switches", (64, 2), 96),
    ("fat_tree_switches", (64, 3), 5120),
    ("hierarchical_all_reduce_seconds", (16e9, 450e9, 50e9, 8, 16), 28 / 450 + 3.75 / 50),
    ("hours_between_failures", (82_944, 8), 10_368),
    ("yearly_kilowatt_hours", (10.2, 1.3), 116_157.6),
    ("all_reduce_factor", (8,), 1.75),
    ("all_gather_factor", (8,), 0.875),
    ("ring_all_reduce_seconds", (14e9, 450e9, 8, 1e-5), 14e-5 + 24.5 / 450),
    ("tree_all_reduce_seconds", (14e9, 450e9, 8, 1e-5), 6e-5 + 28 / 450),
    ("ring_all_gather_seconds", (14e9, 450e9, 8, 1e-5), 7e-5 + 12.25 / 450),
    ("data_parallel_bytes", (7e9, 8), 24.5e9),
    ("tensor_parallel_bytes", (4096, 1, 8192, 8), 4 * 1.75 * 4096 * 8192 * 2),
    ("hierarchical_all_reduce_seconds", (16e9, 450e9, 50e9, 8, 4), 28 / 450 + 3 / 50),
    ("fully_sharded_bytes", (8e9, 8), 42e9),
    ("fully_sharded_bytes", (8e9, 8, 4), 168e9),
    ("pipeline_bytes", (8192, 1, 8192), 2**28),
    ("context_parallel_bytes", (131_072, 1, 8, 128, 16), 480 * 2**20),
    ("ulysses_bytes", (8192, 1, 64, 8, 128, 8), 7 / 8 * 1024 * 2 * 72 * 128 * 2),
    ("expert_dispatch_bytes", (4096, 7168, 4, 1), 117_440_512),
    ("expected_destinations", (4, 2, 2), 2 * (1 - 1 / 6)),
    ("expected_destinations", (256, 8, 8), 5.295),
    ("bubble_share", (4, 12), 0.2),
    ("bubble_share", (4, 12, 2), 3 / 27),
    ("bubble_ratio", (4, 12), 0.25),
    ("bubble_ratio", (4, 12, 3), 1 / 12),
    ("micro_batches_for_bubble", (4, 0.05), 57),
    ("micro_batches_for_bubble", (8, 0.1, 2), 32),
    ("global_batch", (2, 8, 128), 2048),
    ("standard_error", (0.5, 164), 3.904),
    ("standard_error", (0.5, 30), 9.129),
    ("confidence_half_width", (0.5, 164), 7.652),
    ("items_to_resolve", (0.5, 0.1), 193),
    ("pass_at_k", (10, 3, 1), 0.3),
    ("pass_at_k", (5, 2, 3), 0.9),
    ("pass_at_k", (5, 4, 3), 1),
    ("elo_win_rate", (1400, 1000), 10 / 11),
    ("elo_win_rate", (1200, 1200), 0.5),
    ("perplexity", (0,), 1),
    ("perplexity", (2,), 7.389),
    ("bits_per_byte", (2.772588722, 100, 400), 1),
    ("paired_standard_error", (40, 25, 500), 1.6067),
    ("sign_test", (5, 0), 0.0625),
    ("sign_test", (3, 3), 1),
    ("items_for_power", (0.13, 0.03), 1134),
    ("wilson_low", (27, 30), 74.4),
    ("wilson_high", (27, 30), 96.5),
    ("zero_failure_bound", (300,), 0.9936),
    ("design_effect", (50, 0.04), 2.96),
    ("resampled_standard_error", (0.3, 0.15, 30), 8.944),
    ("resampled_standard_error", (0.3, 0.15, 30, 64), 5.548),
    ("pass_hat_k", (10, 8, 2), 28 / 45),
    ("rating_gap", (10 / 11,), 400),
    ("kappa", (60, 12, 8, 20), 0.2208 / 0.4208),
    ("corrected_rate", (0.7, 0.9, 0.8), 5 / 7),
    ("f_score", (0.5, 1), 2 / 3),
    ("f_score", (0.5, 1, 2), 5 / 6),
    ("bleu", (5 / 6, 3 / 5, 2 / 4, 1 / 3), 0.5373),
    ("bleu", (1, 1, 1, 1, 5, 10), 0.3679),
    ("streamed_seconds", (0.83, 0.0597, 500), 30.62),
    ("requests_in_flight", (1.63, 30.6), 49.88),
    ("price_per_million_tokens", (3.6, 1000), 1),
    ("scaling_loss", (70e9, 1.4e12, 1.69, 406.4, 410.7, 0.34, 0.28), 1.937),
    ("scaling_loss", (1e12, 1e12, 2, 10, 10, 0.25, 0.25), 2.02),
    ("optimal_parameters", (6e12, 1, 1, 0.5, 0.5), 1e6),
    ("effective_tokens", (50e9, 1), 50e9),
    ("effective_tokens", (50e9, 4), 186.3e9),
    ("minhash_match", (0.8,), 0.924),
    ("minhash_match", (0.5, 1, 2), 0.75),
    ("near_optimal_batch", (1e23,), 9.743e6),
    ("near_optimal_learning_rate", (1e24,), 3.118e-4),
    ("batch_steps_factor", (4e6, 4e6), 2),
    ("batch_data_factor", (1e6, 4e6), 1.25),
    ("checkpoint_interval", (60, 11_160), 1157),
    ("checkpoint_loss", (60, 1200, 12_000), 10),
    ("checkpoint_loss", (60, 1200, 12_000, 600), 15),
    ("job_mean_time", (48, 16), 3),
    ("training_energy", (30.84e6, 700), 21_588_000),
    ("training_energy", (1000, 500, 1.2), 600),
    ("batch_step_seconds", (70e9, 1, 8e15, 26.8e12, 140e9, 0), 140 / 26_800),
    ("batch_step_seconds", (10e9, 400, 1e15, 4e12, 20e9, 4e9), 0.001 + 0.008),
    ("requests_in_memory", (72e9, 19e9, 0.5e9), 106),
    ("speculative_speedup", (0.5, 2, 0.125), 1.4),
    ("speculative_speedup", (0.5, 2, 0.125, 1.5), 1),
    ("queue_wait_seconds", (0.1, 0.5), 0.05),
    ("queue_wait_seconds", (0.1, 0.9), 0.45),
    ("expert_exchange_seconds", (32, 9, 7000, 50e9), 120.96e-6),
    ("bits_per_weight", (4, 128), 4.125),
    ("bits_per_weight", (4, 16, 8), 4.5),
    ("bits_per_weight", (4, 256, 128), 4.5),
    ("dollars_per_million", (2, 8, 14_800), 0.3003),
    ("dollars_per_million", (3.6, 1, 1000, 0.5), 2),
    ("lora_all_linear_parameters", (16, 32, 4096, 11008, 32, 32, 128), 32 * 1_249_280),
    ("lora_all_linear_parameters", (16, 80, 8192, 28672, 64, 8, 128), 80 * 2_588_672),
    ("lora_query_value_parameters", (16, 36, 2048, 16, 2, 128), 3_686_400),
    ("double_quantised_bits", (), 4.127),
    ("double_quantised_bits", (8, 64, 256), 8.127),
    ("qlora_bytes", (6.74e9, 0.262e9, 40e6), 6.478e9 * 4.127 / 8 + 0.524e9 + 0.64e9),
    ("checkpointed_activation_bytes", (4096, 1, 4096, 32, 32000), 1.0737e9 + 0.9395e9 + 0.5243e9),
    ("ppo_bytes", (7e9, 7e9, 7e9, 7e9), 36 * 7e9),
    ("with_frozen_bytes", (7e9, 7e9), 18 * 7e9),
    ("preference_probability", (0,), 0.5),
    ("preference_probability", (1,), 0.731),
    ("dpo_loss", (0.1, 0, 0), 0.6931),
    ("dpo_loss", (0.1, 2, -3), 0.4741),
    ("group_advantage_correct", (0.25,), 1.732),
    ("group_advantage_wrong", (0.25,), -0.5774),
    ("informative_share", (0.5, 2), 0.5),
    ("informative_share", (0.01, 16), 0.1485),
    ("soft_prompt_parameters", (20, 4096), 81_920),
    ("prefix_parameters", (20, 32, 32, 128), 5_242_880),
    ("ia3_parameters", (32, 32, 128, 11008), 32 * 19_200),
    ("bottleneck_adapter_parameters", (64, 12, 768), 24 * (98_304 + 832)),
    ("break_even_requests", (2.4e7, 2000), 24_000),
    ("break_even_requests", (2.4e7, 2000, 6), 36_000),
    ("request_card_seconds", (2000, 400), 0.4333),
    ("request_card_seconds", (1000, 500, 10_000, 1000, 2), 1.2),
    ("request_dollars", (608e9, 168e9), 87_119),
    ("request_dollars", (73_700, 14_800, 3.6), 0.016),
    ("listed_dollars", (1e6, 1e6), 2.74),
    ("listed_dollars", (1e6, 0, 0.5), 0.345),
    ("resent_tokens", (20, 400, 400), 84_000),
    ("resent_tokens", (30, 5000, 2000), 1_020_000),
    ("resent_hit_rate", (20, 400, 400), 90.48),
    ("resent_hit_rate", (1, 400, 400), 0),
    ("chain_success", (0.95, 30), 21.46),
    ("chain_steps", (0.97, 0.8), 7),
    ("vector_index_bytes", (10_000, 500, 100, 1024), 25 * 4096),
]


@pytest.mark.parametrize(("name", "values", "result"), HAND, ids=lambda value: value if isinstance(value, str) else "")
def test_formula_gives_what_paper_and_pencil_give(name: str, values: tuple[float, ...], result: float) -> None:
    """The numbers of the pages and of the published papers come out."""
    assert FORMULAS[name](*values) == pytest.approx(result, rel=2e-3)


def test_every_formula_was_computed_by_hand() -> None:
    """None is without a number here."""
    assert {name for name, _, _ in HAND} == set(FORMULAS)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_every_formula_is_documented_and_sourced(name: str) -> None:
    """A label for readers, a text with units, and sources that exist."""
    formula = FORMULAS[name]
    assert formula.label
    assert len(inspect.getdoc(formula.function) or "") > 30
    assert formula.sources
    assert set(formula.sources) <= set(load(REPOSITORY / "docs" / "_data")["sources"].rows)


def test_formula_names_are_unique_and_texts_compulsory() -> None:
    """A formula can't be declared twice or without a text."""
    from atlas.quantities.registry import formula

    def undocumented() -> float:
        return 0.0

    with pytest.raises(ValueError, match="documented"):
        formula("甲", unit="", tex="", sources=("a",))(undocumented)
    with pytest.raises(ValueError, match="twice"):
        formula("甲", unit="", tex="", sources=("a",))(FORMULAS["weight_bytes"].function)
