"""What no attack can change, on the card of the model that it was measured on."""

from __future__ import annotations

from facemask_core.models import checkpoints, published
from facemask_ui.language import percent
from facemask_ui.model_card import certificates

SHA256 = checkpoints.read_card(checkpoints.locate("mobilenetv3-robust")).weights_sha256


def test_the_table_holds_the_published_shares_of_the_models_weights_alone() -> None:
    stored = published.read_certificates()
    own = {it["sigma"]: it for it in stored.values() if it["asked"]["model_sha256"] == SHA256}
    rows = certificates.find_rows(stored, SHA256)
    assert [row["sigma"] for row in rows] == sorted(own)
    assert certificates.find_rows(stored, "0" * 64) == []
    table = certificates.tabulate_rows(rows)
    assert [row["noise (sigma)"] for row in table] == ["0.25", "0.50"]
    for row, sigma in zip(table, sorted(own), strict=True):
        shares = {it["radius"]: it for it in own[sigma]["certified_accuracy"]}
        assert {0.25, 0.5, 1.0} <= set(shares)
        for radius, name in ((0.25, "0.25"), (0.5, "0.50"), (1.0, "1.00")):
            cell, ends = row[f"up to length {name}"], shares[radius]["interval"]
            assert cell.startswith(percent(shares[radius]["accuracy"]))
            assert f"{100 * ends['low']:.1f} to {100 * ends['high']:.1f} %" in cell


def test_the_caption_states_guarantee_error_and_attacks_inside() -> None:
    rows = certificates.find_rows(published.read_certificates(), SHA256)
    said = certificates.describe_guarantee(rows)
    inside = [row["attacks_inside"] for row in rows]
    assert f"on {rows[0]['images']} test photographs" in said
    assert f"at most {percent(rows[0]['failure'])}" in said
    assert f"tried {sum(it['tried'] for it in inside)} of them" in said
    assert f"turned {sum(it['turned'] for it in inside)}." in said
