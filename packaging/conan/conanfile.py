# SPDX-License-Identifier: MIT
# The recipe for Conan 2, with one option for each component that is not part of weft::weft. The
# libraries and headers of a component are read from the installed CPS files.

import json
import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load

required_conan_version = ">=2.0"

# The other package that each component needs: its name and versions, and the component of it. uloop
# is missing, because Conan has no package of libubox.
COMPONENTS = {
    "cares": ("c-ares/[>=1.16 <2]", "c-ares::c-ares"),
    "tls": ("openssl/[>=3.0 <4]", "openssl::ssl"),
    "mbedtls": ("mbedtls/[>=2.28 <4]", "mbedtls::mbedtls"),
    "deflate": ("zlib/[>=1.2.11 <2]", "zlib::zlib"),
    "redis": ("hiredis/[>=1.0 <2]", "hiredis::hiredis"),
    "websocketpp": None,
    "c": None,
    "testing": None,
    "uv": ("libuv/[>=1.0 <2]", "libuv::libuv"),
    "event": ("libevent/[>=2.1 <3]", "libevent::core"),
    "ev": ("libev/[>=4.0 <5]", "libev::libev"),
    "glib": ("glib/[>=2.36 <3]", "glib::glib-2.0"),
    "sd_event": ("libsystemd/[>=243]", "libsystemd::libsystemd"),
    "qt": ("qt/[>=6.4 <7]", "qt::qtCore"),
    "asio": ("asio/[>=1.22 <2]", "asio::asio"),
    "asio_stream": ("asio/[>=1.22 <2]", "asio::asio"),
    "boost_asio": ("boost/[>=1.81]", "boost::headers"),
    "boost_asio_stream": ("boost/[>=1.81]", "boost::headers"),
}
IN_CONAN_BY_DEFAULT = {"tls", "deflate", "c", "testing"}


class Weft(ConanFile):
    name = "weft"
    license = "MIT"
    description = "A C++20 WebSocket library that is a good guest on every event loop"
    topics = ("websocket", "event-loop", "networking")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]} \
        | {component: [True, False] for component in COMPONENTS}
    default_options = {"shared": False, "fPIC": True} \
        | {component: component in IN_CONAN_BY_DEFAULT for component in COMPONENTS}

    def set_version(self):
        lists = load(self, os.path.join(self.recipe_folder, "..", "..", "CMakeLists.txt"))
        self.version = lists.split("VERSION ", 2)[2].split()[0]

    def export_sources(self):
        top = os.path.join(self.recipe_folder, "..", "..")
        for name in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*"):
            copy(self, name, top, self.export_sources_folder)

    def configure(self):
        if self.options.shared:
            self.options.rm_safe("fPIC")
        if self.options.mbedtls:
            self.options["mbedtls"].enable_threading = True

    def layout(self):
        cmake_layout(self)

    def chosen(self):
        return [component for component in COMPONENTS if self.options.get_safe(component)]

    def requirements(self):
        packages = {COMPONENTS[component][0] for component in self.chosen()
                    if COMPONENTS[component]}
        for package in sorted(packages):
            self.requires(package, transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os == "Windows":
            raise ConanInvalidConfiguration("Weft does not run on Windows yet")

    def generate(self):
        toolchain = CMakeToolchain(self)
        for name in ("TESTS", "TOOLS", "EXAMPLES"):
            toolchain.cache_variables[f"WEFT_BUILD_{name}"] = "OFF"
        toolchain.cache_variables["WEFT_BENCHMARKS"] = "OFF"
        toolchain.cache_variables["WEFT_INSTALL"] = "ON"
        toolchain.cache_variables["WEFT_WITH_ULOOP"] = "OFF"
        for component in COMPONENTS:
            switch = "ON" if component in self.chosen() else "OFF"
            toolchain.cache_variables[f"WEFT_WITH_{component.upper()}"] = switch
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        # CMake uses Weft's own package files, which also explain why a component is missing.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs.append(os.path.join("lib", "cmake", "weft"))
        for package in ["weft"] + [f"weft-{component}" for component in self.chosen()]:
            self.describe(package)

    def describe(self, package):
        """Adds the components of one CPS file, for build systems other than CMake."""
        descriptions = os.path.join(self.package_folder, "lib", "weft", "cps")
        text = load(self, os.path.join(descriptions, f"{package}.cps"))
        for name, component in json.loads(text)["components"].items():
            info = self.cpp_info.components[name]
            info.set_property("pkg_config_name", "weft" if name == "weft" else f"weft-{name}")
            location = component.get("location")
            info.libs = [os.path.basename(location)[3:].split(".")[0]] if location else []
            info.includedirs = [folder.replace("@prefix@/", "")
                                for folder in component["includes"]]
            if "threads" in component.get("link_features", []):
                info.system_libs.append("pthread")
            for needed in component["requires"]:
                if needed.startswith((":", "weft")):
                    info.requires.append(needed.split(":")[1])
            if COMPONENTS.get(name):
                info.requires.append(COMPONENTS[name][1])
