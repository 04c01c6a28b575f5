# SPDX-License-Identifier: MIT
# Compares what describes the package to other tools: the CPS files, the SPDX document, the recipe
# for Conan and the port of vcpkg must name the components, options and version of the CMake files.
# Usage: descriptions_test.py <source> <build> <cmake> <work> <built components> <all components>

import ast
import json
import pathlib
import re
import subprocess
import sys
import unittest

SOURCE, BUILD, CMAKE, WORK = (pathlib.Path(text) for text in sys.argv[1:5])
BUILT, ALL = (set(filter(None, text.split(","))) for text in sys.argv[5:7])
LISTS = (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8")
VERSION = re.search(r"^    VERSION (\S+)$", LISTS, re.M)[1]
OWN = {"core", "stream", "connection", "hub", "loop", "endpoint"}
PORT = SOURCE / "packaging" / "vcpkg" / "ports" / "weft"
WITHOUT_PACKAGE = {"uloop"}  # libubox is in neither Conan nor vcpkg


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


class common_package_specification(unittest.TestCase):
    def files(self):
        return {path.stem: read(path) for path in (BUILD / "cps").rglob("*.cps")
                if path.stem.removeprefix("weft-") in BUILT | {"weft"}}

    def test_each_component_is_in_one_file(self):
        found = self.files()
        self.assertEqual(set(found), {"weft"} | {f"weft-{name}" for name in BUILT})
        self.assertEqual(set(found["weft"]["components"]), OWN | {"weft"})
        for name in BUILT:
            self.assertEqual(set(found[f"weft-{name}"]["components"]), {name})

    def test_required_attributes(self):
        for name, package in self.files().items():
            self.assertEqual(package["name"], name)
            self.assertEqual(package["version"], VERSION)
            self.assertRegex(package["cps_version"], r"^0\.1[3-9]\.\d+$")
            self.assertTrue(package["cps_path"].startswith("@prefix@/"))
            for one in package["default_components"]:
                self.assertIn(one, package["components"])
            for component in package["components"].values():
                self.assertIn(component["type"], ("archive", "dylib", "interface"))
                self.assertEqual("location" in component, component["type"] != "interface")

    def test_what_components_require_is_there(self):
        found = self.files()
        for name, package in found.items():
            for component in package["components"].values():
                for required in component["requires"]:
                    other, _, part = required.partition(":")
                    if other:
                        self.assertIn(other, package["requires"])
                    if other.startswith("weft") or not other:
                        self.assertIn(part, found[other or name]["components"])


class bill_of_materials(unittest.TestCase):
    document = read(BUILD / "weft.spdx.json")

    def test_structure(self):
        document = self.document
        self.assertEqual(document["spdxVersion"], "SPDX-2.3")
        self.assertEqual(document["dataLicense"], "CC0-1.0")
        ids = [package["SPDXID"] for package in document["packages"]] + ["SPDXRef-DOCUMENT"]
        self.assertEqual(len(ids), len(set(ids)))
        for relationship in document["relationships"]:
            self.assertIn(relationship["spdxElementId"], ids)
            self.assertIn(relationship["relatedSpdxElement"], ids)
        weft = next(one for one in document["packages"] if one["name"] == "weft")
        self.assertEqual((weft["versionInfo"], weft["licenseDeclared"]), (VERSION, "MIT"))

    def test_each_library_has_a_licence_and_is_used(self):
        used = {one["relatedSpdxElement"] for one in self.document["relationships"]}
        for package in self.document["packages"]:
            self.assertNotEqual(package["licenseDeclared"], "NOASSERTION", package["name"])
            self.assertIn(package["SPDXID"], used)
        if "tls" in BUILT:
            openssl = next(one for one in self.document["packages"] if one["name"] == "openssl")
            self.assertRegex(openssl["versionInfo"], r"^3\.")

    def test_the_validator_finds_nothing(self):
        try:
            from spdx_tools.spdx.parser.parse_anything import parse_file
            from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
        except ImportError:
            self.skipTest("no spdx-tools (./dev peers installs it)")
        document = parse_file(str(BUILD / "weft.spdx.json"))
        self.assertEqual(validate_full_spdx_document(document), [])


class recipe_for_conan(unittest.TestCase):
    def test_it_has_an_option_for_each_component(self):
        text = (SOURCE / "packaging" / "conan" / "conanfile.py").read_text(encoding="utf-8")
        table = next(node for node in ast.parse(text).body if isinstance(node, ast.Assign)
                     and node.targets[0].id == "COMPONENTS")
        self.assertEqual(set(ast.literal_eval(table.value)), ALL - WITHOUT_PACKAGE)


class port_of_vcpkg(unittest.TestCase):
    manifest = read(PORT / "vcpkg.json")

    def test_manifest(self):
        self.assertEqual(self.manifest["version"], VERSION)
        names = [self.manifest["name"], *self.manifest["features"]]
        for name in names:
            self.assertRegex(name, r"^[a-z0-9]+(-[a-z0-9]+)*$")
        for feature in self.manifest["features"].values():
            self.assertLessEqual(set(feature), {"description", "dependencies"})
        self.assertLessEqual(set(self.manifest["default-features"]),
                             set(self.manifest["features"]))

    def test_it_has_a_feature_for_each_component(self):
        features = {name.replace("-", "_") for name in self.manifest["features"]}
        self.assertEqual(features, ALL - WITHOUT_PACKAGE | {"tools"})

    def test_the_portfile_sets_an_option_for_each_feature(self):
        said = subprocess.run(
            [CMAKE, "-D", f"PORTFILE={PORT / 'portfile.cmake'}", "-D", "FEATURES=uv;tls;tools",
             "-D", f"WORK={WORK}", "-P", SOURCE / "tests" / "install" / "portfile_test.cmake"],
            check=True, text=True, capture_output=True, timeout=60).stderr
        features = dict(re.findall(r"^feature (\S+) (\S+)$", said, re.M))
        self.assertEqual(set(features), set(self.manifest["features"]))
        for feature, option in features.items():
            name = feature.replace("-", "_").upper()
            self.assertEqual(option, "WEFT_BUILD_TOOLS" if name == "TOOLS" else f"WEFT_WITH_{name}")
        for option in ("UV", "TLS"):
            self.assertIn(f"option -DWEFT_WITH_{option}=ON\n", said)
        self.assertIn("option -DWEFT_WITH_QT=OFF\n", said)
        self.assertIn("option -DWEFT_BUILD_TOOLS=ON\n", said)
        for option in re.findall(r"option -D(\w+)=", said):
            self.assertTrue(option.startswith("WEFT_WITH_") or option in LISTS, option)


unittest.main(argv=sys.argv[:1], verbosity=2)
