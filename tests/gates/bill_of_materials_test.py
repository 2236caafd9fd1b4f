# SPDX-License-Identifier: Apache-2.0
"""bill_of_materials_test.py FOLDER: the bills of materials are SPDX 2.3 as its specification demands, every licence is one that SPDX knows
or is explained in the document, and everything holds what the runtime holds. Exit code 77 without license_expression (Debian)."""
import json
import re
import sys
from pathlib import Path

try:
    from license_expression import get_spdx_licensing
except ImportError:
    print("skipped: no python3-license-expression")
    sys.exit(77)

licensing = get_spdx_licensing()


def faults(bill):
    """What is wrong with a document, a line each."""
    for key, value in {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT"}.items():
        if bill.get(key) != value:
            yield f"{key}: expected {value}, found {bill.get(key)}"
    if not re.fullmatch(r"https://\S+", bill["documentNamespace"]):
        yield f"documentNamespace: expected a URI, found {bill['documentNamespace']}"
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", bill["creationInfo"]["created"]):
        yield f"created: expected a time in UTC, found {bill['creationInfo']['created']}"
    ids = [package["SPDXID"] for package in bill["packages"]]
    if len(set(ids)) != len(ids):
        yield f"expected an SPDXID for each package, found {ids}"
    explained = {licence["licenseId"] for licence in bill["hasExtractedLicensingInfos"]}
    for package in bill["packages"]:
        if not re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"]):
            yield f"expected an SPDXID of letters, digits, . and -, found {package['SPDXID']}"
        licence = package["licenseDeclared"]
        known = licensing.validate(re.sub(r"LicenseRef-[A-Za-z0-9.-]+", "MIT", licence))
        unexplained = set(re.findall(r"LicenseRef-[A-Za-z0-9.-]+", licence)) - explained
        if known.errors or unexplained:
            yield f"{package['name']}: {known.errors} {unexplained}"
        for name in ("versionInfo", "downloadLocation", "copyrightText"):
            if not package[name]:
                yield f"{package['name']}: expected {name}, found nothing"
    for relation in bill["relationships"]:
        for end in (relation["spdxElementId"], relation["relatedSpdxElement"]):
            if end not in [*ids, "SPDXRef-DOCUMENT"]:
                yield f"expected a relationship between packages of the document, found {end}"


folder = Path(sys.argv[1])
runtime, everything = (json.loads((folder / name).read_text()) for name in ("crbrt-runtime.spdx.json", "crbrt.spdx.json"))
found = [*faults(runtime), *faults(everything)]
names = [{package["name"] for package in bill["packages"]} - {bill["name"]} for bill in (runtime, everything)]
if names[0] != {"xsimd"}:
    found.append(f"runtime: expected xsimd alone, found {names[0]}")
if not names[0] < names[1] or not {"FlatBuffers", "HDF5", "SuiteSparse"} <= names[1]:
    found.append(f"everything: expected the libraries of docs/third-party.md, found {names[1]}")
# The test sees: a licence that nobody knows, and a relationship into nothing.
broken = json.loads(json.dumps(runtime))
broken["packages"][1]["licenseDeclared"] = "Nobodys-1.0"
broken["relationships"][0]["relatedSpdxElement"] = "SPDXRef-nothing"
if len(list(faults(broken))) < 2:
    found.append("expected faults in a broken document, found none")
print("\n".join(found))
sys.exit(1 if found else 0)
