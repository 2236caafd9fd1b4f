# SPDX-License-Identifier: Apache-2.0
"""Maps over MRD equal those of crbrt-map, whichever way the coefficients come."""
import json
import os
import struct
import tempfile

import numpy as np
from mrd_client import CLOSE, CONFIG_TEXT, HEADER, TEXT, XML_HEADER, Client, config_file, converse, image, meta, text
from mrd_server import N_COEFF, Server, coefficients, maps_of, run_tests

START = [config_file("crbrt"), text(HEADER, XML_HEADER)]
END = [struct.pack("<H", CLOSE)]
ESTIMATES = ("m0_semi_frac", "T1map", "T2map")
NO_ESTIMATE = (1, 2, 4)


def by_name(images, kind):
    found = {}
    for one in images:
        if one.array.dtype.kind == kind:
            found.setdefault(one.name, []).append(one)
    return found


def expect_same(images, expected):
    """Floats are equal bit for bit; pixels lie within half a step; the status is the same."""
    floats, pixels = by_name(images, "f"), by_name(images, "u")
    for name, wanted in expected.items():
        if name in ("status_detail", "status"):
            continue
        volume = np.concatenate([one.array[0].transpose(2, 1, 0) for one in floats[name]], axis=2)
        assert volume.tobytes() == wanted.tobytes(), f"{name}: floats differ in {np.sum(volume != wanted)} voxels"
    status = np.concatenate([one.array[0].transpose(2, 1, 0) for one in pixels["status"]], axis=2)
    assert np.array_equal(status, expected["status"]), "status"
    for name in ESTIMATES:
        one = pixels[name][0]
        slope, intercept = float(one.meta["RescaleSlope"]), float(one.meta["RescaleIntercept"])
        numbers = np.concatenate([one.array[0].transpose(2, 1, 0) for one in pixels[name]], axis=2)
        assert np.array_equal(numbers == 0, np.isin(status, NO_ESTIMATE)), f"{name}: pixel 0 is a voxel without an estimate"
        scale = {"ms": 1000, "%": 100}[one.meta["crbrt_unit"]]
        wanted = np.clip(expected[name].astype(np.float64) * scale, intercept + slope, intercept + 65535 * slope)
        error = np.abs(numbers * slope + intercept - wanted)[numbers != 0]
        assert error.max() <= slope * (0.5 + 1e-6), f"{name}: {error.max()} with a slope of {slope}"


def a_volume_of_channels_gives_the_maps_of_crbrt_map():
    values = coefficients(24, 20, 6)
    for precision in ("f32", "integer"):
        expected = maps_of(values, "--precision", precision, "--no-std")
        with Server("--precision", precision, "--threads", "2") as server:
            texts, images = converse(server.port, START + [image(values.transpose(3, 2, 1, 0))] + END)
        expect_same(images, expected)
        assert "nothing says in which basis" in texts[0]
        assert texts[-1].startswith("mapped 1 slice or volume"), texts


def standard_deviations_are_those_of_crbrt_map():
    values = coefficients(16, 16, 4)
    with Server("--sigma", "0.02") as server:
        _, images = converse(server.port, START + [image(values.transpose(3, 2, 1, 0))] + END)
    assert "T1map_std" in by_name(images, "f") and "T1map_std" in by_name(images, "u")
    expect_same(images, maps_of(values, "--sigma", "0.02"))


def slices_and_contrasts_in_any_order_give_the_same_maps():
    values = coefficients(18, 12, 5)
    expected = maps_of(values, "--no-std")
    order = [(z, k) for z in range(5) for k in range(N_COEFF)]
    np.random.default_rng(3).shuffle(order)
    for dimension in ("contrast", "set"):
        messages = [image(values[:, :, z, k].T[None, None], meta({"IceMiniHead": "x"}), slice=z, position=(0, 0, 3 * z),
                          **{dimension: k}) for z, k in order]
        with Server("--coefficients", dimension) as server:
            _, images = converse(server.port, START + messages + END)
        images.sort(key=lambda one: one.header["slice"])
        expect_same(images, expected)
        assert all(one.header["position"][2] == 3 * one.header["slice"] for one in images)
        assert all(one.meta["IceMiniHead"] == "x" for one in images)


def complex_doubles_give_the_same_maps():
    values = coefficients(9, 8, 2)
    with Server() as server:
        _, images = converse(server.port, START + [image(values.transpose(3, 2, 1, 0).astype(np.complex128))] + END)
    expect_same(images, maps_of(values, "--no-std"))


def a_client_that_reads_only_at_the_end_gets_all():
    values = coefficients(128, 96, 40)  # maps of 13 MB, more than sockets hold
    with Server() as server:
        client = Client(server.port)
        for message in START:
            client.send(message)
        for z in range(40):
            client.send(image(values[:, :, z].transpose(2, 1, 0)[:, None], slice=z))
        client.send(END[0])
        _, images = client.receive_all()
        expect_same(sorted(images, key=lambda one: one.header["slice"]), maps_of(values, "--no-std"))


def several_clients_at_once_get_their_own_maps():
    import threading
    volumes = [coefficients(20, 10 + n, 3, seed=n) for n in range(5)]
    expected = [maps_of(values, "--no-std") for values in volumes]
    failures = []
    with Server() as server:
        def work(n):
            try:
                _, images = converse(server.port, START + [image(volumes[n].transpose(3, 2, 1, 0))] + END)
                expect_same(images, expected[n])
            except Exception as error:  # noqa: told below
                failures.append(f"client {n}: {error}")
        threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures, failures


def the_header_is_carried_over_and_says_what_it_is():
    values = coefficients(6, 5, 4)
    fields = {"measurement_uid": 77, "position": (1, -2, 3), "patient_table_position": (4, 5, 6), "repetition": 3,
              "acquisition_time_stamp": 12345, "physiology_time_stamp": (7, 8, 9), "user_int": range(8), "image_index": 11,
              "slice_dir": (0, 0, -1), "field_of_view": (220, 210, 90), "image_type": 5}
    with Server() as server:
        _, images = converse(server.port, START + [image(values.transpose(3, 2, 1, 0), **fields)] + END)
    series = set()
    for one in images:
        for name in fields:
            if name != "image_type":
                assert np.array_equal(one.header[name], np.array(fields[name], one.header[name].dtype)), name
        assert one.header["image_type"] == 1 and one.header["channels"] == 1
        assert one.meta["DataRole"] == "Quantitative" and one.meta["Keep_image_geometry"] == "1"
        assert [float(x) for x in one.meta["ImageRowDir"]] == [1, 0, 0]
        assert int(one.meta["WindowWidth"].split(".")[0]) >= 0
        series.add(int(one.header["image_series_index"]))
    assert len(series) == len(images)
    t1 = by_name(images, "u")["T1map"][0]
    assert (t1.meta["crbrt_unit"], t1.meta["WindowCenter"], t1.meta["WindowWidth"]) == ("ms", "1500", "3000")


def configs_of_a_folder_are_chosen_by_file_text_or_parameters():
    values = coefficients(6, 5, 1)
    body = [image(values.transpose(3, 2, 1, 0))] + END
    with tempfile.TemporaryDirectory() as folder:
        for name, config in {"brain": {"maps": ["T1map"], "status": False, "atypicality": False, "also": ["openrecon"]},
                             "all": {"send": ["uint16"], "first_series": 40}}.items():
            with open(os.path.join(folder, name + ".json"), "w") as file:
                json.dump(config, file)
        with Server("--config", folder) as server:
            def maps_for(*start):
                texts, images = converse(server.port, [*start, *body])
                return sorted((one.name, one.array.dtype.kind) for one in images), texts
            header = text(HEADER, XML_HEADER)
            t1 = [("T1map", "f"), ("T1map", "u")]
            everything = sorted((name, "u") for name in (*ESTIMATES, "atypicality", "status"))
            assert maps_for(config_file("brain"), header)[0] == t1
            assert maps_for(config_file("all.json"), header)[0] == everything
            assert maps_for(text(CONFIG_TEXT, "all"), header)[0] == everything
            parameters = text(TEXT, json.dumps({"parameters": {"config": "all", "customconfig": ""}}))
            assert maps_for(config_file("openrecon"), header, parameters)[0] == everything
            images, texts = maps_for(config_file("knee"), header)
            assert images == [] and texts == ['error: expected the name of a config, one of: all, brain, openrecon; found "knee"'], texts


run_tests([value for name, value in list(globals().items()) if callable(value) and getattr(value, "__module__", "") == "__main__"
           and name not in ("by_name", "expect_same")])
