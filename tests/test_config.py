import pytest

from leagueie.errors import ConfigError
from training.config import TrainConfig, load_config


def test_file_and_settings(tmp_path):
    path = tmp_path / "a.cfg"
    path.write_text("[train]\nencoder = bert-base-chinese\nepochs = 3  # short\nlr = 2e-5\n", encoding="utf-8")
    config = load_config(path, ["epochs=4", "seed = 7"])
    assert (config.encoder, config.epochs, config.lr, config.seed) == ("bert-base-chinese", 4.0, 2e-5, 7)
    assert config.batch == TrainConfig().batch


@pytest.mark.parametrize("setting, named", [
    ("epoch=3", "epoch"), ("epochs=three", "epochs"), ("batch=2.5", "batch"), ("lr=0", "lr"), ("dropout=1", "dropout"), ("stride=999", "stride"),
    ("device=tpu", "device"), ("patience=-1", "patience"), ("lr=nan", "lr"), ("epochs=inf", "epochs"), ("encoder=", "encoder"), ("lr", "key=value")])
def test_bad_settings_name_the_key(setting, named):
    with pytest.raises(ConfigError, match=named):
        load_config(None, [setting])


def test_bad_files(tmp_path):
    with pytest.raises(ConfigError, match="missing.cfg"):
        load_config(tmp_path / "missing.cfg")
    path = tmp_path / "a.cfg"
    path.write_text("[model]\nlr = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="train"):
        load_config(path)


@pytest.mark.parametrize("name", ["default", "smoke", "bert-base-chinese"])
def test_shipped_configurations_are_valid(name):
    from tests.conftest import ROOT

    load_config(ROOT / "configs" / f"{name}.cfg")
