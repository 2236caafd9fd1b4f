# SPDX-License-Identifier: Apache-2.0
"""The container of docs/examples/mrd_container without a container: its command runs in a folder that stands for its root, its label
decodes to what such containers have to say of themselves, and it has the packages that the program is linked with."""
import base64
import json
import os
import re
import shlex
import shutil
import struct
import subprocess
import tempfile

from mrd_client import CLOSE, HEADER, TEXT, XML_HEADER, config_file, converse, image, text
from mrd_server import BIN, MODEL, SOURCE, Server, coefficients, run_tests

FOLDER = os.path.join(SOURCE, "docs/examples/mrd_container")
# Each instruction in one line.
LINES = re.sub(r"\\\n\s*", "", open(os.path.join(FOLDER, "Containerfile")).read()).splitlines()


def printed_build():
    """The commands of build.sh, as words."""
    printed = subprocess.run(["bash", os.path.join(FOLDER, "build.sh"), "--print"], check=True, capture_output=True, text=True).stdout
    return [shlex.split(line) for line in printed.splitlines()]


def label():
    build, _ = printed_build()
    argument = next(word for word in build if word.startswith("OPENRECON_LABEL="))
    return json.loads(base64.b64decode(argument.split("=", 1)[1], validate=True))


def the_label_decodes_to_what_open_reconstruction_asks_for():
    """Keys and kinds as in the schema of labels, version 1.1.0 (docs/mrd.md, Sources)."""
    found = label()
    assert set(found) == {"general", "reconstruction", "parameters"}
    general, recon = found["general"], found["reconstruction"]
    assert {"name", "version", "vendor", "information", "id", "regulatory_information"} <= set(general)
    assert re.fullmatch(r"\d+\.\d+\.\d+", general["version"]) and general["name"]["en"] and general["information"]["en"]
    regulatory = {"device_trade_name", "production_identifier", "manufacturer_address", "made_in", "manufacture_date",
                  "material_number", "gtin", "udi", "safety_advices", "special_operating_instructions",
                  "additional_relevant_information"}
    assert set(general["regulatory_information"]) == regulatory
    assert all(isinstance(value, str) for value in general["regulatory_information"].values())
    assert recon["transfer_protocol"] == {"protocol": "ISMRMRD", "version": "1.4.1"}
    assert recon["emitter"] in ("raw", "image") and recon["injector"] in ("image", "compleximage")
    assert recon["content_qualification_type"] in ("PRODUCT", "SERVICE", "RESEARCH")
    for key in ("port", "min_required_memory", "min_count_required_cpu_cores", "min_count_required_gpus"):
        assert isinstance(recon[key], int), key
    command = json.loads(next(line for line in LINES if line.startswith("CMD "))[4:])
    assert int(command[command.index("--memory") + 1]) < recon["min_required_memory"], "MiB; the rest is for maps"
    assert isinstance(recon["can_use_gpu"], bool) and len(found["parameters"]) <= 14
    for parameter in found["parameters"]:
        assert re.fullmatch("[A-Za-z0-9]+", parameter["id"]) and parameter["label"]["en"]
        assert parameter["type"] in ("boolean", "string", "choice", "int", "double")
        assert set(parameter) <= {"id", "type", "label", "information", "default", "values"}
        if parameter["type"] == "choice":
            assert parameter["default"] in [value["id"] for value in parameter["values"]]


def version_and_port_are_those_of_the_program():
    found = label()
    said = subprocess.run([os.path.join(BIN, "crbrt-mrd"), "--version"], check=True, capture_output=True, text=True).stdout
    assert found["general"]["version"] in said, said
    assert found["general"]["regulatory_information"]["production_identifier"] == found["general"]["version"]
    assert f"EXPOSE {found['reconstruction']['port']}" in LINES
    build, save = printed_build()
    assert f"openrecon_crbrt_crbrt:v{found['general']['version']}" in build
    assert f"OpenRecon_crbrt_crbrt_V{found['general']['version']}.tar" in save


def every_source_that_is_copied_is_there():
    for line in LINES:
        if line.startswith("COPY ") and "--from" not in line:
            source = line.split()[1]
            assert os.path.exists(os.path.join(SOURCE, source)), source


def the_packages_hold_what_the_program_is_linked_with():
    needed = re.findall(r"NEEDED.*\[(.*)\]", subprocess.run(["readelf", "-d", os.path.join(BIN, "crbrt-mrd")], check=True,
                                                            capture_output=True, text=True).stdout)
    assert needed
    runtime = [line for line in LINES if line.startswith("RUN apt-get")][-1].split()
    libraries = dict(re.findall(r"^\t(\S+) \(libc6,x86-64.*\) => (\S+)$",
                                subprocess.run(["/sbin/ldconfig", "-p"], check=True, capture_output=True, text=True).stdout, re.M))
    for name in needed:
        if name not in libraries or re.match("lib(asan|ubsan)", name):
            continue  # the loader itself; sanitizers
        path = os.path.realpath(libraries[name])
        owner = ""
        for candidate in (path, re.sub("^/usr", "", path)):
            owner = owner or subprocess.run(["dpkg", "-S", candidate], capture_output=True, text=True).stdout.split(":")[0]
        assert owner in runtime, f"{name} of {owner or 'nobody'}"


def the_build_packages_are_those_of_the_lists():
    """But pictures and DICOM, which the server does not make."""
    installed = set(re.findall(r"[a-z0-9.+-]+", [line for line in LINES if line.startswith("RUN apt-get")][0]))
    for name in ("build", "mrd"):
        for line in open(os.path.join(SOURCE, f"scripts/packages-{name}.txt")):
            package = line.split("#")[0].strip()
            assert not package or package in installed or package in ("gnuplot-nox", "libdcmtk-dev"), package


def its_command_serves_what_a_console_sends():
    """The words of CMD, with a folder for the root and a free port."""
    words = json.loads(next(line for line in LINES if line.startswith("CMD "))[4:])
    with tempfile.TemporaryDirectory() as root:
        for folder in ("bin", "models"):
            os.makedirs(os.path.join(root, "opt/crbrt", folder))
        shutil.copy(os.path.join(BIN, "crbrt-mrd"), os.path.join(root, "opt/crbrt/bin"))
        shutil.copy(MODEL, os.path.join(root, "opt/crbrt/models"))
        shutil.copytree(os.path.join(FOLDER, "configs"), os.path.join(root, "opt/crbrt/configs"))
        words = [os.path.join(root, word[1:]) if word.startswith("/opt/") else word for word in words]
        words[words.index("--port") + 1] = "0"
        with Server(command=words) as server:
            defaults = {parameter["id"]: parameter["default"] for parameter in label()["parameters"]}
            for config in next(p for p in label()["parameters"] if p["id"] == "config")["values"]:
                values = coefficients(6, 5, 1)
                body = [image(values.transpose(3, 2, 1, 0))] if config["id"] == "crbrt" else [
                    image(values[:, :, 0, k].T[None, None], contrast=k) for k in range(values.shape[3])]
                parameters = {"parameters": {**defaults, "config": config["id"]}}
                texts, images = converse(server.port, [config_file("openrecon"), text(HEADER, XML_HEADER),
                                                       text(TEXT, json.dumps(parameters)), *body, struct.pack("<H", CLOSE)])
                assert {one.array.dtype.kind for one in images} == {"u"}, texts
                assert len(images) == 5, texts


run_tests([value for name, value in list(globals().items()) if callable(value) and getattr(value, "__module__", "") == "__main__"
           and name not in ("printed_build", "label")])
