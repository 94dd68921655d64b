"""List prices come from the installed package alone; a site's own go before them."""

import socket
from pathlib import Path

import pytest

from sql.lake import open_writer
from sql.settings import load_settings

PRICES = (
    "select provider, input_usd_per_mtok, output_usd_per_mtok, source, is_default "
    "from model_prices where model = ? and service_tier = 'standard' "
    "order by is_default desc, provider"
)
OWN = """
[[price]]
model = "Our-Own"
input_usd_per_mtok = 0.1
output_usd_per_mtok = 0.2

[[price]]
model = "gpt-4o"
provider = "openai"
input_usd_per_mtok = 1
output_usd_per_mtok = 2
"""


def test_prices_need_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("nothing is fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with open_writer(load_settings(None, lake=str(tmp_path / "lake"), environ={})) as lake:
        first = lake.execute(PRICES, ["gpt-4o"]).fetchone()
        assert first is not None
        provider, input_usd, output_usd, source, is_default = first
        assert (provider, is_default) == ("openai", True)
        assert 0 < input_usd < output_usd
        assert source.startswith("genai-prices ")


def test_names_are_those_that_spans_have(tmp_path: Path) -> None:
    with open_writer(load_settings(None, lake=str(tmp_path / "lake"), environ={})) as lake:
        assert lake.execute("from model_prices where model != lower(model)").fetchall() == []
        assert lake.execute("from model_prices where contains(model, '/')").fetchall() == []
        assert lake.execute(PRICES, ["claude-3-5-haiku"]).fetchall()


def test_own_prices_go_first_and_new_ones_hold_at_once(tmp_path: Path) -> None:
    lake_folder, config = str(tmp_path / "lake"), tmp_path / "latencytax.toml"
    open_writer(load_settings(None, lake=lake_folder, environ={})).close()
    config.write_text(OWN)
    with open_writer(load_settings(config, lake=lake_folder, environ={})) as lake:
        assert lake.execute(PRICES, ["our-own"]).fetchall() == [(None, 0.1, 0.2, "settings", True)]
        prices = lake.execute(PRICES, ["gpt-4o"]).fetchall()
        assert [row[1:4] for row in prices if row[0] == "openai"] == [(1.0, 2.0, "settings")]
        assert len({row[0] for row in prices}) == len(prices)
        dear = lake.execute(
            "select source, input_usd_per_mtok > 2 from model_prices "
            "where model = 'gpt-4o' and provider = 'openai' and service_tier = 'priority'"
        ).fetchall()
        assert [(source.split()[0], is_dear) for source, is_dear in dear] == [
            ("genai-prices", True)
        ]
